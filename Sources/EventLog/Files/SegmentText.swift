// A segment's text from beginning to end, block by block: what sealing reads, and then reads again.

import Glibc

/// Reads a full segment strictly: whatever is not as it was written ends it.
struct SegmentText {
    private let directory: LogDirectory
    private let segment: UInt64
    private var scanner: SegmentScanner
    private let inflater = BlockInflater()
    /// Whether a commit ends with the last block that was read.
    private(set) var endsCommit = false
    private(set) var end: EndMember?

    init(_ file: any LogFile, of segment: UInt64, in directory: LogDirectory) throws(LogError) {
        self.directory = directory
        self.segment = segment
        scanner = try directory.scanner(file, segment, expected: segment)
    }

    /// The next block's text, nil at the segment's end.
    mutating func next() throws(LogError) -> [UInt8]? {
        while let step = try scanner.next() {
            switch step {
            case .damage(let damage): throw .corrupt(damage)
            case .end(let end): self.end = end.member
            case .block(let block):
                endsCommit = block.header.endsCommit
                return try text(of: block)
            }
        }
        let due = directory.end(of: segment)
        guard scanner.expected == due else {
            throw damage(scanner.size, scanner.size, scanner.expected..<due, "the file ends before them")
        }
        return nil
    }

    private func text(of block: PlacedBlock) throws(LogError) -> [UInt8] {
        var isWhole = false
        if let member = scanner.chunk?.member(block) {
            let text = [UInt8](unsafeUninitializedCapacity: block.header.inflatedSize) { buffer, count in
                count = block.header.inflatedSize
                let raw = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count])
                isWhole =
                    inflater.inflate(member, into: raw)
                    && BlockInflater.checksumHolds(member, UnsafeRawBufferPointer(raw))
            }
            if isWhole { return text }
        }
        throw damage(
            block.offset, block.end, block.header.first..<block.header.next,
            "the block does not inflate to what its header says")
    }

    private func damage(_ from: Int, _ to: Int, _ sequences: Range<UInt64>, _ what: String) -> LogError {
        .corrupt(Damage(file: Segment.name(segment), from: from, to: to, sequences: sequences, what: what))
    }
}

/// Finds the lines in a segment's text, which comes in pieces, and sums them up.
struct SegmentLines {
    private(set) var sum = SegmentSummary.Builder()
    /// The sequence of the line that starts next.
    private(set) var next: UInt64
    private let segment: UInt64
    /// A line that goes on in the next piece.
    private var begun: [UInt8] = []
    private var isAtLineStart = true

    init(of segment: UInt64) {
        self.segment = segment
        next = segment
    }

    /// Whether the last line has ended.
    var isWhole: Bool { isAtLineStart }

    mutating func take(_ text: UnsafeRawBufferPointer) throws(LogError) {
        var place = 0
        while place < text.count, let base = text.baseAddress {
            if isAtLineStart { next += 1 }
            isAtLineStart = false
            guard let hit = memchr(base + place, 0x0A, text.count - place) else {
                begun.append(contentsOf: text[place...])
                return
            }
            let newline = base.distance(to: UnsafeRawPointer(hit))
            let rest = UnsafeRawBufferPointer(rebasing: text[place..<newline])
            try end(line: rest)
            place = newline + 1
            isAtLineStart = true
        }
    }

    private mutating func end(line rest: UnsafeRawBufferPointer) throws(LogError) {
        var isSound = false
        if begun.isEmpty {
            isSound = add(rest)
        } else {
            begun.append(contentsOf: rest)
            let line = begun
            begun = []
            line.withUnsafeBytes { isSound = add($0) }
        }
        guard isSound else {
            throw .corrupt(
                Damage(
                    file: Segment.name(segment), from: 0, to: 0, sequences: next - 1..<next,
                    what: "the line is not in the log's form"))
        }
    }

    private mutating func add(_ line: UnsafeRawBufferPointer) -> Bool {
        func time(_ field: Field) -> Timestamp? {
            Timestamp(bytes: UnsafeRawBufferPointer(rebasing: line[Int(field.start)..<Int(field.end)]))
        }
        guard let layout = LineScanner.scan(line), layout.sequence == next - 1, let observed = time(layout.time),
            let recorded = layout.recordedTime.isAbsent ? observed : time(layout.recordedTime)
        else { return false }
        sum.add(leaf: MerkleTree.leaf(line), time: observed, recorded: recorded)
        return true
    }
}
