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
    /// How many blobs events name; those that are missing or damaged are among the problems.
    public var blobs = 0
    /// The size that the kept checkpoint was signed over, where there is one.
    public var checkpoint: UInt64?

    public var isOK: Bool { problems.isEmpty }
}

/// What a verification is busy with.
public enum VerificationPhase: Sendable, Hashable {
    /// Counted in events.
    case events
    /// Counted in blobs.
    case evidence
}

extension EventLog {
    /// Reads and checks the whole log, the checkpoint that was signed last, and the blobs that events name.
    ///
    /// - Parameters:
    ///   - named: the blobs that an event names; called on several threads.
    ///   - progress: hears how much of how much is done.
    public func verify(
        named: @escaping @Sendable (EventView) -> [Digest] = EventLog.evidence(of:),
        progress: (VerificationPhase, UInt64, UInt64) -> Void = { _, _, _ in }
    ) throws -> LogVerification {
        let end = try end()
        let checkpoint = try? newestCheckpoint()
        var verifier = LogVerifier(segmentEvents: directory.segmentEvents, wanted: checkpoint?.size)
        var blobs: [Digest: UInt64] = [:]
        try reader.forEachPiece(
            from: 0, to: end, thorough: true, transform: { BatchCheck($0, named: named) },
            consume: { piece in
                switch piece {
                case .damage(let damage): verifier.add(damage)
                case .batch(let batch, let check):
                    for problem in verifier.add(check, of: batch) { verifier.add(try place(problem)) }
                    for blob in check.blobs where blobs[blob.digest] == nil { blobs[blob.digest] = blob.sequence }
                    progress(.events, batch.end, end)
                }
                return true
            })
        for (segment, summary) in verifier.summaries.sorted(by: { $0.key < $1.key }) {
            if let damage = try contradiction(of: segment, summary) { verifier.add(damage) }
        }
        let verdict = try LogInspector(directory: directory).inspect(from: nil, published: end).verdict
        if let damage = verdict.damage, verifier.problems.isEmpty { verifier.add(damage) }
        if let problem = try checkpointProblem({ verifier.roots[$0] }, end: end) {
            verifier.add(Damage(file: "checkpoint", from: 0, to: 0, sequences: 0..<0, what: problem))
        }
        try verifyBlobs(blobs, &verifier, progress)
        let torn = verdict.tail.filter { $0.to > $0.from }.map { piece in
            Damage(
                file: Segment.name(piece.segment), from: piece.from, to: piece.to,
                sequences: verdict.end.sequence..<verdict.end.sequence,
                what: "the rest of an append that was never acknowledged; the next append sets it aside")
        }
        return LogVerification(
            events: end, root: verifier.root, problems: verifier.problems, tornTail: torn, blobs: blobs.count,
            checkpoint: checkpoint?.size)
    }

    /// The blob that is an event's evidence.
    @Sendable public static func evidence(of event: EventView) -> [Digest] {
        event.evidence.flatMap { Digest(reference: $0.string) }.map { [$0] } ?? []
    }

    /// In the order in which events first name them.
    private func verifyBlobs(
        _ named: [Digest: UInt64], _ verifier: inout LogVerifier,
        _ progress: (VerificationPhase, UInt64, UInt64) -> Void
    ) throws(LogError) {
        var done: UInt64 = 0
        for (digest, sequence) in named.sorted(by: { $0.value < $1.value }) {
            let what: String? =
                switch try blobs.state(of: digest) {
                case .sound: nil
                case .missing: "a blob that event \(sequence) names is not there"
                case .damaged: "a blob that event \(sequence) names does not have the bytes that its name stands for"
                }
            if let what {
                verifier.add(
                    Damage(file: blobs.name(of: digest), from: 0, to: 0, sequences: 0..<0, what: what))
            }
            done += 1
            progress(.evidence, done, UInt64(named.count))
        }
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

/// What can be told of lines only in order.
struct LogVerifier {
    private(set) var problems: [Damage] = []
    /// What the lines of each full segment come to, by its first sequence; where all could be read.
    private(set) var summaries: [UInt64: SegmentSummary] = [:]
    private let segmentEvents: UInt64
    /// Over the full segments, and over what follows them.
    private var tree = MerkleTree()
    private var segment = SegmentSummary.Builder()
    private var streams: [StreamKey: StreamHead] = [:]
    private var runs = RunNumbers()
    private var recorded = Timestamp(millisecondsSinceEpoch: .min)
    /// Lines are missing or unreadable, so that later ones need no longer follow from what was seen.
    private var hasGaps = false

    /// The size at which the root is wanted, beside the one at the end.
    private let wanted: UInt64?
    private(set) var roots: [UInt64: Digest] = [:]

    init(segmentEvents: UInt64, wanted: UInt64? = nil) {
        self.segmentEvents = segmentEvents
        self.wanted = wanted
        if wanted == 0 { roots[0] = tree.root }
    }

    var root: Digest? { hasGaps ? nil : tree.followed(by: segment.tree).root }

    mutating func add(_ damage: Damage) {
        problems.append(damage)
        if !damage.sequences.isEmpty { hasGaps = true }
    }

    /// - Parameter batch: what was checked.
    mutating func add(_ check: BatchCheck, of batch: EventBatch) -> [LineProblem] {
        var found = check.problems
        for (index, line) in check.lines.enumerated() {
            guard let line else {
                // What it says of its stream is not known, so the stream's next need not follow from what is.
                hasGaps = true
                continue
            }
            let sequence = check.first + UInt64(index)
            // What the stream is called only matters where something is wrong.
            let stream = { batch.withEvent(at: index) { $0.stream.description } ?? "its stream" }
            found += wrongs(line, stream).map { LineProblem(sequence: sequence, what: $0) }
            take(line, sequence)
        }
        return found
    }

    private mutating func take(_ line: BatchCheck.Line, _ sequence: UInt64) {
        if sequence % segmentEvents == 0 { segment = SegmentSummary.Builder() }
        segment.add(leaf: line.leaf, time: line.time, recorded: line.recorded)
        let size = sequence + 1
        if size == wanted, tree.count + segment.tree.count == size {
            roots[size] = tree.followed(by: segment.tree).root
        }
        guard segment.tree.count == segmentEvents, let summary = segment.summary else { return }
        summaries[sequence + 1 - segmentEvents] = summary
        tree.append(subtree: summary.root, leaves: segmentEvents)
        segment = SegmentSummary.Builder()
    }

    private mutating func wrongs(_ line: BatchCheck.Line, _ stream: () -> String) -> [String] {
        var wrongs: [String] = []
        let head = StreamHead(revision: line.revision, time: line.time)
        let before = streams.updateValue(head, forKey: line.stream)
        let due = (before?.revision ?? 0) + 1
        if hasGaps ? line.revision < due : line.revision != due {
            wrongs.append("revision \(line.revision) of \(stream()) stands where \(due) is due")
        }
        if let before, line.time < before.time { wrongs.append("the time lies before the stream's previous one") }
        if line.recorded < recorded { wrongs.append("the recordedtime lies before the line before's") }
        if let number = runs.take(line.id) {
            wrongs.append("the id \(line.id) does not follow number \(number) of its run")
        }
        recorded = max(recorded, line.recorded)
        return wrongs
    }

    private struct StreamHead {
        let revision: Int
        let time: Timestamp
    }
}

/// The largest number that each run has come to. Events of one run mostly stand together, so that the last one is at hand.
private struct RunNumbers {
    private var last: EventID?
    private var others: [RunID: Int] = [:]

    /// - Returns: the number of the run that an id does not follow, though it should.
    mutating func take(_ id: EventID) -> Int? {
        if let last, last.run != id.run { others[last.run] = last.number }
        let before = last.flatMap { $0.run == id.run ? $0.number : nil } ?? others[id.run]
        last = EventID(run: id.run, number: max(before ?? 0, id.number))
        return before.flatMap { id.number <= $0 ? $0 : nil }
    }
}
