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
    private let recorded: Timestamp

    /// `end` is the log's; `now` the clock's.
    init(index: StreamIndex, end: UInt64, now: Timestamp) {
        self.index = index
        overlay = IndexOverlay(from: end)
        recorded = max(now, index.lastRecorded ?? now)
    }

    /// The commit's lines, or why it cannot be; then the stage is as it was.
    mutating func add(_ request: CommitRequest) throws(LogError) -> CommitText {
        for condition in request.conditions { try check(condition) }
        var commit = CommitText(first: overlay.end, isDivisible: request.isDivisible)
        commit.text.reserveCapacity(request.drafts.reduce(0) { $0 + $1.text.count + 160 })
        if request.drafts.count == 1 {
            // It changes the overlay as its last step, so there is nothing to take back where it cannot be.
            var sole = IndexOverlay(from: overlay.end)
            swap(&sole, &overlay)
            defer { swap(&sole, &overlay) }
            try add(request.drafts[0], request.times, to: &commit, &sole)
            return commit
        }
        var staged = IndexOverlay(from: overlay.end, room: request.drafts.count)
        for draft in request.drafts { try add(draft, request.times, to: &commit, &staged) }
        overlay.append(staged)
        return commit
    }

    /// What the index is to know of the newest event, once all have been added.
    mutating func note(lastOf commit: CommitText) {
        if let last = commit.starts.last { overlay.note(lastLine: commit.text[last...].dropLast()) }
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
