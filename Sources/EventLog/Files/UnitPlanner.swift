// Cuts what is to be read into units that are inflated on their own.

/// Blocks of one segment that are inflated together.
struct ReadUnit: Sendable {
    enum Step: Sendable {
        case block(PlacedBlock, FileBytes)
        case damage(Damage)
    }

    var directory: LogDirectory
    var file: any LogFile
    var segment: UInt64
    /// Where memory for its text comes from.
    var pool: TextPool
    var steps: [Step] = []
    /// Where the block after the last one begins.
    var endOffset: Int
    /// The sequence that is due there.
    var next: UInt64
}

/// Cuts the blocks of the segments into units.
struct UnitPlanner {
    private let directory: LogDirectory
    private let reader: LogReader
    private let to: UInt64
    private let thorough: Bool
    private let from: UInt64
    private var segments: ArraySlice<UInt64>
    private var scanner: SegmentScanner?
    private var reportedShort: UInt64?
    private let pool = TextPool()
    private(set) var lastFile: (segment: UInt64, size: Int)

    private static let bytesMax = 1 << 18
    private static let inflatedMax = 1 << 21

    init(directory: LogDirectory, reader: LogReader, from: UInt64, to: UInt64, thorough: Bool) throws(LogError) {
        self.directory = directory
        self.reader = reader
        self.from = from
        self.to = to
        self.thorough = thorough
        segments = try directory.segments().filter { $0 < to && directory.end(of: $0) > from }[...]
        lastFile = (directory.segment(holding: from), 0)
    }

    mutating func next() throws(LogError) -> ReadUnit? {
        while true {
            if scanner == nil, try !openNext() { return nil }
            if let unit = try nextUnit() { return unit }
            scanner = nil
        }
    }

    private mutating func openNext() throws(LogError) -> Bool {
        guard let segment = segments.popFirst() else { return false }
        let file = try directory.files.open(directory.path(segment), .read)
        let (offset, expected) = try reader.start(of: max(from, segment), in: segment, file)
        // A look at one event need not read more than a block or two.
        let chunk = to - max(from, segment) <= 64 ? Block.sizeMax : Self.bytesMax
        let scanner = try directory.scanner(file, segment, offset: offset, expected: expected, chunkSize: chunk)
        lastFile = (segment, scanner.size)
        self.scanner = scanner
        return true
    }

    /// Nil at the segment's end, or where the rest of it is not wanted.
    private mutating func nextUnit() throws(LogError) -> ReadUnit? {
        guard var scanner else { return nil }
        var unit = ReadUnit(
            directory: directory, file: scanner.file, segment: scanner.segment, pool: pool, endOffset: 0,
            next: scanner.expected)
        var bytes = 0
        var inflated = 0
        let isLast = to < scanner.segmentEnd
        while bytes < Self.bytesMax, inflated < Self.inflatedMax {
            if scanner.expected >= to, isLast || !thorough { break }
            guard let step = try scanner.next() else {
                if let missing = missing(at: scanner, after: unit) { unit.steps.append(.damage(missing)) }
                break
            }
            switch step {
            case .damage(let damage): unit.steps.append(.damage(damage))
            case .end: break
            case .block(let block):
                guard let chunk = scanner.chunk else { break }
                unit.steps.append(.block(block, chunk))
                bytes += block.header.size
                inflated += block.header.inflatedSize
            }
        }
        unit.endOffset = scanner.offset
        unit.next = scanner.expected
        self.scanner = scanner
        return unit.steps.isEmpty ? nil : unit
    }

    /// What a file that has come to its end ought to hold still. Said once.
    private mutating func missing(at scanner: SegmentScanner, after unit: ReadUnit) -> Damage? {
        let due = min(to, scanner.segmentEnd)
        guard scanner.expected < due, reportedShort != scanner.segment else { return nil }
        reportedShort = scanner.segment
        if case .damage = unit.steps.last { return nil }
        return Damage(
            file: Segment.name(scanner.segment), from: scanner.size, to: scanner.size,
            sequences: scanner.expected..<due,
            what: "the file ends before them")
    }
}
