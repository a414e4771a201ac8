// Where in a segment's file an event is to be found.

/// Where a segment's blocks begin; derived, in memory, and extended as the segment grows.
struct SegmentTable: Sendable {
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
            if block.header.count > 0 {
                offsets.append(block.offset)
                firsts.append(block.header.first)
            }
            scannedTo = block.end
            next = block.header.next
        }
    }

    /// The last block that starts an event at or before `sequence`.
    func start(of sequence: UInt64) -> (Int, UInt64) {
        var low = 0
        var high = firsts.count
        while low < high {
            let middle = (low + high) / 2
            if firsts[middle] <= sequence { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? (0, segment) : (offsets[low - 1], firsts[low - 1])
    }
}
