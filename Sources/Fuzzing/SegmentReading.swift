// What a reading of a segment gave, and what it ought to give where its blocks are sound.

#if DEBUG

@testable import EventLog

/// Everything that a reading of the sequences `from..<to` told.
struct SegmentReading {
    private(set) var lines: [UInt64: [UInt8]] = [:]
    private(set) var problems: [String] = []
    private var verifier: LogVerifier

    var isSound: Bool { problems.isEmpty }
    var root: Digest? { verifier.root }

    init(_ directory: LogDirectory, from: UInt64 = 0, to: UInt64, thorough: Bool) throws {
        verifier = LogVerifier(segmentEvents: directory.segmentEvents)
        var due = from
        let reader = LogReader(directory: directory)
        try reader.forEachPiece(from: from, to: to, thorough: thorough, transform: { BatchCheck($0) }) { piece in
            switch piece {
            case .damage(let damage):
                problems.append("\(damage)")
                guard !damage.sequences.isEmpty else { break }
                try demand(damage.sequences.lowerBound == due, "damage costs the events that are due: \(damage)")
                due = damage.sequences.upperBound
                verifier.add(damage)
            case .batch(let batch, let check):
                try demand(batch.first == due, "events come in order: \(batch.first) where \(due) is due")
                due = batch.end
                problems += verifier.add(check, of: batch).map { "sequence \($0.sequence): \($0.what)" }
                try batch.forEach { event in
                    try demand(event.owned().sequence == event.sequence, "a copy says what the view says")
                    lines[event.sequence] = Array(event.line.raw)
                }
            }
            return true
        }
        try demand(due == to, "every sequence up to \(to) is an event or said to be lost, not only up to \(due)")
    }
}

/// The text of blocks that follow one another without damage, inflated by itself and cut at newlines.
struct TextModel {
    private let text: [UInt8]
    private let starts: [Int]

    /// Nil where a block does not inflate to what it says, or counts other lines than start in it: then nothing is promised.
    init?(_ bytes: [UInt8], _ blocks: [PlacedBlock]) {
        var text: [UInt8] = []
        var starts: [Int] = []
        for block in blocks {
            let stream = bytes[block.offset + Block.headerSize..<block.end - Block.trailerSize]
            let member = bytes[block.offset..<block.end]
            guard let part = stream.withUnsafeBytes(SegmentInput.inflated), part.count == block.header.inflatedSize,
                member.withUnsafeBytes({ raw in part.withUnsafeBytes { BlockInflater.checksumHolds(raw, $0) } })
            else { return nil }
            let places = part.indices.filter { $0 == 0 ? (text.last ?? 0x0A) == 0x0A : part[$0 - 1] == 0x0A }
            guard places.count == block.header.count else { return nil }
            starts += places.map { $0 + text.count }
            text += part
        }
        self.text = text
        self.starts = starts
    }

    /// An event is there for each line that has the log's form and its own sequence.
    func check(_ read: SegmentReading) throws {
        for (sequence, start) in starts.enumerated() {
            let line = text[start...].prefix { $0 != 0x0A }
            let isWhole = start + line.count < text.count
            let layout = line.withUnsafeBytes { LineScanner.scan($0) }
            let isEvent = isWhole && layout?.sequence == UInt64(sequence)
            try demand(
                read.lines[UInt64(sequence)] == (isEvent ? Array(line) : nil),
                "line \(sequence) is \(isEvent ? "an event and is read whole" : "no event and is not read"): \(read.problems)"
            )
        }
    }
}

#endif
