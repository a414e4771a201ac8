// What a group of commits would do to the log, worked out before anything is written: conditions, revisions, times, lines.

import CanonicalJSON

/// What someone waits to have appended.
struct CommitRequest: Sendable {
    var drafts: [PreparedDraft]
    var conditions: [AppendCondition]
    var times: TimePolicy
    /// May become two commits where a segment ends.
    var isDivisible = false
}

struct CommitStage {
    /// A commit's lines hold at most 64 MiB.
    static let commitMax = 64 << 20

    private let index: StreamIndex
    /// What the group's commits so far change, as the index will have it.
    private(set) var overlay: IndexOverlay
    /// The group's commits so far.
    private(set) var commits: [CommitText] = []
    /// How many bytes of text they have.
    private(set) var bytes = 0
    private let recorded: Timestamp
    /// Memory for text, from a group before this one.
    private var room: [UInt8]

    /// `end` is the log's; `now` the clock's.
    init(index: StreamIndex, end: UInt64, now: Timestamp, room: [UInt8] = []) {
        self.index = index
        self.room = room
        overlay = IndexOverlay(from: end)
        recorded = max(now, index.lastRecorded ?? now)
    }

    /// Where the commit's lines come to lie, or why it cannot be; then the stage is as it was.
    mutating func add(_ request: CommitRequest) throws(LogError) -> Appended {
        for condition in request.conditions { try check(condition) }
        let place = Appended(first: overlay.end, count: request.drafts.count)
        guard request.drafts.count != 1 else {
            try addSole(request)
            return place
        }
        var commit = newCommit(request)
        var staged = IndexOverlay(from: overlay.end, room: request.drafts.count)
        for draft in request.drafts { try add(draft, request.times, to: &commit, &staged) }
        overlay.append(staged)
        bytes += commit.text.count
        if commit.count > 0 { commits.take(commit) }
        return place
    }

    /// As many come alone, such a one is written where it is to stay. It changes the overlay as its last step, so there is nothing to
    /// take back there where it cannot be.
    private mutating func addSole(_ request: CommitRequest) throws(LogError) {
        let draft = request.drafts[0]
        let isContinued =
            commits.last?.takes(LineWriter.sizeMax(of: draft), isDivisible: request.isDivisible) ?? false
        var commit = (isContinued ? commits.popLast() : nil) ?? newCommit(request)
        var sole = IndexOverlay(from: overlay.end)
        swap(&sole, &overlay)
        defer { swap(&sole, &overlay) }
        let end = (bytes: commit.text.count, lines: commit.count)
        do throws(LogError) {
            try add(draft, request.times, to: &commit, &sole)
            bytes += commit.text.count - end.bytes
            commits.append(commit)
        } catch {
            commit.cut(toBytes: end.bytes, lines: end.lines)
            if isContinued { commits.append(commit) }
            throw error
        }
    }

    private mutating func newCommit(_ request: CommitRequest) -> CommitText {
        var commit = CommitText(first: overlay.end, isDivisible: request.isDivisible)
        swap(&commit.text, &room)
        room = []
        commit.text.reserveCapacity(request.drafts.reduce(0) { $0 + LineWriter.sizeMax(of: $1) })
        commit.starts.reserveCapacity(request.drafts.count)
        return commit
    }

    /// The first commit's text, whose memory serves for another; the stage has no use any more.
    mutating func emptied() -> [UInt8] { commits.isEmpty ? room : commits.removeFirst().text }

    /// What the index is to know of the newest event, once all have been added.
    mutating func noteLast() {
        guard let last = commits.last, let start = last.starts.last else { return }
        overlay.note(lastLine: last.text[start...].dropLast())
    }

    private func add(
        _ prepared: PreparedDraft, _ policy: TimePolicy, to commit: inout CommitText, _ staged: inout IndexOverlay
    ) throws(LogError) {
        let number = try highest(in: prepared.id.run, staged)
        guard prepared.id.number > number else { throw .idTaken(prepared.id, newest: number) }
        let newest = try entry(prepared.stream, staged)
        var time = prepared.time
        if let newest, time < newest.time {
            guard policy == .clamp else { throw .earlierTime(prepared.stream, time: time, newest: newest.time) }
            time = newest.time
        }
        let revision = (newest?.revision ?? 0) + 1
        let start = commit.text.count
        commit.starts.append(start)
        LineWriter.write(
            prepared, sequence: commit.end - 1, time: time, recorded: recorded, revision: revision, into: &commit.text)
        let length = commit.text.count - start - 1
        guard length <= LineWriter.lineMax else { throw .eventTooLarge(bytes: length, stream: prepared.stream) }
        guard commit.text.count <= Self.commitMax else { throw .commitTooLarge(bytes: commit.text.count) }
        staged.add(
            prepared.stream,
            IndexEntry(
                revision: revision, sequence: commit.end - 1, digest: prepared.digest, type: prepared.type, time: time),
            id: prepared.id, recorded: recorded)
    }

    private func highest(in run: RunID, _ staged: IndexOverlay) throws(LogError) -> Int {
        if let number = staged.runs[run] ?? overlay.runs[run] { return number }
        guard let number = try index.highest(in: run) else { return 0 }
        return number
    }

    private func entry(_ stream: StreamID, _ staged: IndexOverlay? = nil) throws(LogError) -> IndexEntry? {
        if let entry = staged?.entries[stream] ?? overlay.entries[stream] { return entry }
        return try index.entry(stream)
    }

    private func check(_ condition: AppendCondition) throws(LogError) {
        switch condition {
        case .revision(let stream, let expected):
            let revision = try entry(stream)?.revision ?? 0
            guard revision == expected else {
                throw .conditionFailed(condition, "\(stream) is at revision \(revision), not \(expected)")
            }
        case .nothing(let family, let prefix, let since):
            let staged = overlay.entries.contains { stream, entry in
                entry.sequence >= since && stream.family == family && stream.subject.utf8.starts(with: prefix.utf8)
            }
            let isThere = try index.exists(family: family, subjectPrefix: prefix, since: since)
            guard !staged, !isThere else {
                throw .conditionFailed(
                    condition, "there are events of \(family) under \(prefix.debugDescription) since sequence \(since)")
            }
        }
    }
}
