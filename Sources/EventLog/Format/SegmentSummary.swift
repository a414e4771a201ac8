// What can be said of a whole segment in a few bytes: what its end member carries, and what its lines are held against.

/// Of all of a segment's events.
struct SegmentSummary: Sendable, Hashable {
    var count: UInt32
    /// The smallest and the largest `time`; within a segment they may come in any order.
    var earliest: Timestamp
    var latest: Timestamp
    /// When the first and the last were recorded.
    var firstRecorded: Timestamp
    var lastRecorded: Timestamp
    /// The Merkle root over the lines.
    var root: Digest
}

extension SegmentSummary {
    /// Sums up lines that come in order.
    struct Builder: Sendable {
        private(set) var tree = MerkleTree()
        private var times: (earliest: Timestamp, latest: Timestamp, first: Timestamp, last: Timestamp)?

        mutating func add(leaf: Digest, time: Timestamp, recorded: Timestamp) {
            tree.append(leaf: leaf)
            guard let known = times else {
                times = (time, time, recorded, recorded)
                return
            }
            times = (min(known.earliest, time), max(known.latest, time), known.first, recorded)
        }

        /// Nil where there was no line.
        var summary: SegmentSummary? {
            times.map { times in
                SegmentSummary(
                    count: UInt32(clamping: tree.count), earliest: times.earliest, latest: times.latest,
                    firstRecorded: times.first, lastRecorded: times.last, root: tree.root)
            }
        }
    }
}
