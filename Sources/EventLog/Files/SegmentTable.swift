// Where in a segment's file an event is to be found.

/// Where some of a segment's blocks begin, enough to be near each; derived, in memory, and extended as the segment grows. Not every
/// block's place is kept: a service whose commits are small makes one of each, and would hold them all in memory.
struct SegmentTable: Sendable {
    /// Between two blocks whose places are kept lie at least so many bytes, and hardly more than as many and a block.
    private static let spacingBytes = 32_768

    let segment: UInt64
    private var offsets: [Int] = []
    private var firsts: [UInt64] = []
    private var scannedTo = 0
    private var next: UInt64

    init(segment: UInt64) {
        self.segment = segment
        next = segment
    }

    mutating func extend(to sequence: UInt64, _ file: any LogFile, in directory: LogDirectory) throws(LogError) {
        guard sequence >= next else { return }
        var scanner = try directory.scanner(file, segment, offset: scannedTo, expected: next)
        while next <= sequence, let step = try scanner.next() {
            guard case .block(let block) = step else { continue }
            if block.header.count > 0, block.offset - (offsets.last ?? 0) >= Self.spacingBytes {
                offsets.append(block.offset)
                firsts.append(block.header.first)
            }
            scannedTo = block.end
            next = block.header.next
        }
    }

    /// A block that starts an event at or before `sequence`, or the segment's beginning; from there on it is to be looked for.
    func near(_ sequence: UInt64) -> (offset: Int, first: UInt64) {
        var low = 0
        var high = firsts.count
        while low < high {
            let middle = (low + high) / 2
            if firsts[middle] <= sequence { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? (0, segment) : (offsets[low - 1], firsts[low - 1])
    }
}
