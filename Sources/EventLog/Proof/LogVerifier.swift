// Checks everything that can be checked of a log: every byte of every block, every line's form, and that each follows from the
// ones before.

import CanonicalJSON

/// What a verification found.
public struct LogVerification: Sendable, Hashable {
    public var events: UInt64
    /// The Merkle root over all lines; nil where some cannot be read.
    public var root: Digest?
    public var problems: [Damage]
    /// The rest of an append that was never acknowledged. In order: it is not part of the log.
    public var tornTail: [Damage]

    public var isOK: Bool { problems.isEmpty }
}

extension EventLog {
    /// Reads and checks the whole log. `progress` hears how many events of how many are done.
    public func verify(progress: (UInt64, UInt64) -> Void = { _, _ in }) throws -> LogVerification {
        let end = try end()
        var verifier = LogVerifier(segmentEvents: directory.segmentEvents)
        try reader.forEachPiece(from: 0, to: end, thorough: true, transform: BatchCheck.init) { piece in
            switch piece {
            case .damage(let damage): verifier.add(damage)
            case .batch(let batch, let check):
                for problem in verifier.add(check) { verifier.add(try place(problem)) }
                progress(batch.end, end)
            }
            return true
        }
        for (segment, summary) in verifier.summaries.sorted(by: { $0.key < $1.key }) {
            if let damage = try contradiction(of: segment, summary) { verifier.add(damage) }
        }
        let verdict = try LogInspector(directory: directory).inspect(from: nil, published: end).verdict
        if let damage = verdict.damage, verifier.problems.isEmpty { verifier.add(damage) }
        let torn = verdict.tail.filter { $0.to > $0.from }.map { piece in
            Damage(
                file: Segment.name(piece.segment), from: piece.from, to: piece.to,
                sequences: verdict.end.sequence..<verdict.end.sequence,
                what: "the rest of an append that was never acknowledged; the next append sets it aside")
        }
        return LogVerification(events: end, root: verifier.root, problems: verifier.problems, tornTail: torn)
    }

    /// What is wrong with a sealed segment's end member, given what the segment's lines come to.
    private func contradiction(of segment: UInt64, _ summary: SegmentSummary) throws(LogError) -> Damage? {
        let file = try directory.files.open(directory.path(segment), .read)
        guard let member = try directory.endMember(of: segment, in: file), member.summary != summary else { return nil }
        let size = try file.size()
        return Damage(
            file: Segment.name(segment), from: size - EndMember.size, to: size, sequences: 0..<0,
            what: "the end member does not say what the segment's lines are")
    }

    /// Names the block that a line starts in.
    private func place(_ problem: LineProblem) throws(LogError) -> Damage {
        let segment = directory.segment(holding: problem.sequence)
        let file = try directory.files.open(directory.path(segment), .read)
        let (from, _) = try reader.start(of: problem.sequence, in: segment, file)
        var scanner = try directory.scanner(file, segment, offset: from, expected: problem.sequence)
        _ = try scanner.next()
        return Damage(
            file: Segment.name(segment), from: from, to: scanner.offset,
            sequences: problem.sequence..<problem.sequence + 1, what: problem.what)
    }
}

struct LineProblem: Sendable, Hashable {
    var sequence: UInt64
    var what: String
}

/// What can be told of lines by themselves, found out on whichever core is free.
struct BatchCheck: Sendable {
    struct Line: Sendable {
        var stream: StreamID
        var revision: Int
        var id: EventID
        var time: Timestamp
        var recorded: Timestamp
        var leaf: Digest
    }

    var first: UInt64
    /// Nil where the line is not in its one right form.
    var lines: [Line?] = []
    var problems: [LineProblem] = []

    init(_ batch: EventBatch) {
        first = batch.first
        lines.reserveCapacity(batch.count)
        batch.forEach { event in
            do {
                lines.append(try Self.check(event))
            } catch {
                lines.append(nil)
                problems.append(LineProblem(sequence: event.sequence, what: "\(error)"))
            }
        }
    }

    private struct Wrong: Error, CustomStringConvertible {
        var description: String
    }

    /// A line has one form only: written anew from what it says, it must come out the same.
    private static func check(_ event: EventView) throws -> Line {
        guard let id = EventID(event.id.string) else { throw Wrong(description: "the id is not RUN.N") }
        guard let time = Timestamp(bytes: event.time.raw) else { throw Wrong(description: "the time is not RFC 3339") }
        guard let recorded = Timestamp(bytes: event.recordedTime.raw) else {
            throw Wrong(description: "the recordedtime is not RFC 3339")
        }
        guard let schema = Int(event.dataSchema.string.split(separator: "/").last ?? "") else {
            throw Wrong(description: "the dataschema has no number")
        }
        let draft = EventDraft(
            type: event.type.string, source: event.source.string, subject: event.subject.string, id: id, time: time,
            causation: event.causation?.string, evidence: event.evidence?.string, schema: schema,
            data: try event.dataJSON())
        var line: [UInt8] = []
        LineWriter.write(
            try PreparedDraft(draft), sequence: event.sequence, time: time, recorded: recorded,
            revision: event.revision,
            into: &line)
        guard line.dropLast().elementsEqual(event.line.raw) else {
            throw Wrong(description: "the line is not in canonical form")
        }
        return Line(
            stream: draft.stream, revision: event.revision, id: id, time: time, recorded: recorded,
            leaf: MerkleTree.leaf(event.line.raw))
    }
}

/// What can be told of lines only in order.
struct LogVerifier {
    private(set) var problems: [Damage] = []
    /// What the lines of each full segment come to, by its first sequence; where all could be read.
    private(set) var summaries: [UInt64: SegmentSummary] = [:]
    private let segmentEvents: UInt64
    /// Over the full segments, and over what follows them.
    private var tree = MerkleTree()
    private var segment = SegmentSummary.Builder()
    private var streams: [StreamID: (revision: Int, time: Timestamp)] = [:]
    private var runs: [RunID: Int] = [:]
    private var recorded = Timestamp(millisecondsSinceEpoch: .min)
    /// Lines are missing or unreadable, so that later ones need no longer follow from what was seen.
    private var hasGaps = false

    init(segmentEvents: UInt64) { self.segmentEvents = segmentEvents }

    var root: Digest? { hasGaps ? nil : tree.followed(by: segment.tree).root }

    mutating func add(_ damage: Damage) {
        problems.append(damage)
        if !damage.sequences.isEmpty { hasGaps = true }
    }

    mutating func add(_ check: BatchCheck) -> [LineProblem] {
        var found = check.problems
        for (index, line) in check.lines.enumerated() {
            guard let line else { continue }
            let sequence = check.first + UInt64(index)
            found += wrongs(line).map { LineProblem(sequence: sequence, what: $0) }
            take(line, sequence)
            streams[line.stream] = (line.revision, line.time)
            runs[line.id.run] = max(runs[line.id.run] ?? 0, line.id.number)
            recorded = max(recorded, line.recorded)
        }
        return found
    }

    private mutating func take(_ line: BatchCheck.Line, _ sequence: UInt64) {
        if sequence % segmentEvents == 0 { segment = SegmentSummary.Builder() }
        segment.add(leaf: line.leaf, time: line.time, recorded: line.recorded)
        guard segment.tree.count == segmentEvents, let summary = segment.summary else { return }
        summaries[sequence + 1 - segmentEvents] = summary
        tree.append(subtree: summary.root, leaves: segmentEvents)
        segment = SegmentSummary.Builder()
    }

    private func wrongs(_ line: BatchCheck.Line) -> [String] {
        var wrongs: [String] = []
        let before = streams[line.stream]
        let due = (before?.revision ?? 0) + 1
        if hasGaps ? line.revision < due : line.revision != due {
            wrongs.append("revision \(line.revision) of \(line.stream) stands where \(due) is due")
        }
        if let before, line.time < before.time { wrongs.append("the time lies before the stream's previous one") }
        if line.recorded < recorded { wrongs.append("the recordedtime lies before the line before's") }
        if let number = runs[line.id.run], line.id.number <= number {
            wrongs.append("the id \(line.id) does not follow number \(number) of its run")
        }
        return wrongs
    }
}
