// Checks a log whose bytes come by only once, in order, as from an archive: everything that `verify` checks, in bounded memory
// but for what following each stream takes.

import CanonicalJSON

/// Takes the segments one after the other. What is wrong with a segment ends the reading of it, not of the next.
package struct StreamedCheck {
    /// How many events there have been, or ought to have been.
    package private(set) var end: UInt64 = 0

    private var verifier: LogVerifier
    private let inflater = BlockInflater()
    private var segment: OpenSegment?
    private let visit: (EventView) -> Void
    /// Always 65,536 but in tests.
    private let segmentEvents: UInt64

    private struct OpenSegment {
        let name: String
        let first: UInt64
        /// Which sequence is due.
        var expected: UInt64
        /// Where in the file `pending` begins.
        var offset = 0
        /// Bytes that are not a whole block yet.
        var pending: [UInt8] = []
        /// Inflated text that has not been checked yet.
        var text: [UInt8] = []
        /// How many lines start in `text`, as the headers say, and the first one's sequence.
        var started = 0
        var sequence: UInt64
        var endsCommit = true
        var isDamaged = false
        /// The end member has gone by.
        var isSealed = false
    }

    /// - Parameter visit: called for every event, in order.
    package init(visit: @escaping (EventView) -> Void) { self.init(segmentEvents: Segment.eventsMax, visit: visit) }

    init(segmentEvents: UInt64, visit: @escaping (EventView) -> Void) {
        self.segmentEvents = segmentEvents
        self.visit = visit
        verifier = LogVerifier(segmentEvents: segmentEvents)
    }

    /// The root over all lines, where all could be read.
    package var root: Digest? { verifier.root }
    package var problems: [Damage] { verifier.problems }

    /// A segment begins.
    package mutating func begin(_ name: String) {
        segment = OpenSegment(name: name, first: end, expected: end, sequence: end)
    }

    /// Some of the segment's bytes.
    package mutating func take(_ bytes: UnsafeRawBufferPointer) {
        guard var open = segment, !open.isDamaged else { return }
        segment = nil
        open.pending.append(contentsOf: bytes)
        readBlocks(&open)
        if open.text.count >= Self.textMax { checkLines(&open) }
        segment = open
    }

    /// The segment has ended, and with it so many events of the log.
    ///
    /// - Parameter isLast: whether the log ends here, and so a commit; one may go on into the next segment.
    package mutating func endSegment(at due: UInt64, isLast: Bool) {
        guard var open = segment else { return }
        segment = nil
        if !open.isDamaged, !open.pending.isEmpty { damage(&open, "the block is cut short") }
        checkLines(&open)
        if !open.isDamaged, open.expected != due || isLast && !open.endsCommit || !open.text.isEmpty {
            damage(&open, "the file ends with sequence \(open.expected) where \(due) is due, or within a commit")
        }
        if open.isDamaged { markMissing(open, upTo: due) }
        end = due
    }

    private static let textMax = 1 << 20

    private mutating func readBlocks(_ open: inout OpenSegment) {
        let pending = open.pending
        var used = 0
        pending.withUnsafeBytes { raw in
            while !open.isDamaged, used < raw.count {
                guard !open.isSealed else {
                    return damage(&open, "bytes follow the sealed segment's end", at: open.offset + used)
                }
                switch Block.parse(UnsafeRawBufferPointer(rebasing: raw[used...])) {
                case .incomplete: return
                case .invalid(let reason): damage(&open, "\(reason)", at: open.offset + used)
                case .end(let member):
                    check(member, &open, at: open.offset + used)
                    used += EndMember.size
                case .block(let header):
                    read(header, UnsafeRawBufferPointer(rebasing: raw[used..<used + header.size]), &open, used)
                    used += header.size
                }
            }
        }
        open.pending.removeFirst(used)
        open.offset += used
    }

    private mutating func read(
        _ header: BlockHeader, _ member: UnsafeRawBufferPointer, _ open: inout OpenSegment, _ used: Int
    ) {
        let place = open.offset + used
        guard header.first == open.expected, header.next <= open.first + segmentEvents else {
            let what = "a block that begins with sequence \(header.first) stands where \(open.expected) is due"
            return damage(&open, what, at: place)
        }
        var isWhole = false
        let text = [UInt8](unsafeUninitializedCapacity: header.inflatedSize) { buffer, count in
            let raw = UnsafeMutableRawBufferPointer(
                rebasing: UnsafeMutableRawBufferPointer(buffer)[..<header.inflatedSize])
            count = header.inflatedSize
            isWhole =
                inflater.inflate(member, into: raw)
                && BlockInflater.checksumHolds(member, UnsafeRawBufferPointer(raw))
        }
        guard isWhole else {
            return damage(&open, "the block does not inflate to what its header says", at: place)
        }
        open.text += text
        open.started += Int(header.count)
        open.expected = header.next
        open.endsCommit = header.endsCommit
    }

    /// What the end member says must be so of the lines before it.
    private mutating func check(_ member: EndMember, _ open: inout OpenSegment, at place: Int) {
        open.isSealed = true
        checkLines(&open)
        guard member.end == open.first + segmentEvents, open.expected == member.end else {
            return damage(&open, "the end of a segment stands where sequence \(open.expected) is due", at: place)
        }
        if let summary = verifier.summaries[open.first], summary != member.summary {
            damage(&open, "the end member does not say what the segment's lines are", at: place)
        }
    }

    /// Checks the lines that are whole; the rest of a line waits for the next block.
    private mutating func checkLines(_ open: inout OpenSegment) {
        let newline = open.text.lastIndex(of: UInt8(ascii: "\n"))
        guard open.text.count - (newline.map { $0 + 1 } ?? 0) <= LineWriter.lineMax else {
            return damage(&open, "a line is longer than \(LineWriter.lineMax) bytes")
        }
        guard let newline else { return }
        let whole = open.text[...newline]
        let rest = Array(open.text[(newline + 1)...])
        let lines = whole.reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
        guard lines + (rest.isEmpty ? 0 : 1) == open.started else {
            return damage(&open, "the headers count \(open.started) lines and the text does not")
        }
        let text = TextBuffer(whole.count)
        text.raw.copyBytes(from: whole)
        let place = Damage(
            file: open.name, from: 0, to: open.offset, sequences: open.sequence..<open.sequence + UInt64(lines),
            what: "")
        for part in LineFinder(text: text, own: whole.count, place: place).parts(started: lines) {
            switch part {
            case .damage(let damage): verifier.add(damage)
            case .batch(let batch):
                for problem in verifier.add(BatchCheck(batch), of: batch) { add(problem, open) }
                batch.forEach(visit)
            }
        }
        open.text = rest
        open.started = rest.isEmpty ? 0 : 1
        open.sequence += UInt64(lines)
    }

    private mutating func add(_ problem: LineProblem, _ open: OpenSegment) {
        verifier.add(
            Damage(
                file: open.name, from: 0, to: open.offset, sequences: problem.sequence..<problem.sequence + 1,
                what: problem.what))
    }

    private mutating func damage(_ open: inout OpenSegment, _ what: String, at place: Int? = nil) {
        guard !open.isDamaged else { return }
        open.isDamaged = true
        let place = place ?? open.offset
        verifier.add(
            Damage(file: open.name, from: place, to: place, sequences: open.sequence..<open.sequence, what: what))
    }

    /// The events of the segment that nobody has read.
    private mutating func markMissing(_ open: OpenSegment, upTo due: UInt64) {
        guard open.sequence < due else { return }
        verifier.add(
            Damage(
                file: open.name, from: open.offset, to: open.offset, sequences: open.sequence..<due,
                what: "these events cannot be read"))
    }
}
