// The log's Merkle tree, worked out as far as a question needs it: sealed segments say their roots, of others the lines are read.

/// Asked by one thread. Keeps the leaves of the segments that it read last, 2 MiB each.
final class LogTree {
    private let directory: LogDirectory
    private let reader: LogReader
    /// The durable end.
    private let end: UInt64
    private var kept: [(segment: UInt64, leaves: [Digest])] = []
    private static let keptMax = 2

    init(directory: LogDirectory, reader: LogReader, end: UInt64) {
        self.directory = directory
        self.reader = reader
        self.end = end
    }

    /// Of one line.
    func leaf(_ sequence: UInt64) throws(LogError) -> Digest { try hash(sequence..<sequence + 1) }

    /// Of the subtree over these leaves; of none, the hash of nothing.
    func hash(_ range: Range<UInt64>) throws(LogError) -> Digest {
        guard let last = range.last else { return MerkleTree().root }
        let segment = directory.segment(holding: range.lowerBound)
        if range == segment..<directory.end(of: segment), let root = try sealedRoot(segment) { return root }
        guard directory.segment(holding: last) != segment else { return try hash(range, within: segment) }
        let (left, right) = MerklePath.split(range)
        return MerkleTree.node(try hash(left), try hash(right))
    }

    private func sealedRoot(_ segment: UInt64) throws(LogError) -> Digest? {
        let file = try directory.files.open(directory.path(segment), .read)
        return try directory.endMember(of: segment, in: file)?.summary.root
    }

    private func hash(_ range: Range<UInt64>, within segment: UInt64) throws(LogError) -> Digest {
        let leaves = try leaves(of: segment)
        var tree = MerkleTree()
        for leaf in leaves[Int(range.lowerBound - segment)..<Int(range.upperBound - segment)] {
            tree.append(leaf: leaf)
        }
        return tree.root
    }

    private func leaves(of segment: UInt64) throws(LogError) -> [Digest] {
        if let known = kept.first(where: { $0.segment == segment }) { return known.leaves }
        var leaves: [Digest] = []
        do {
            try reader.forEachPiece(
                from: segment, to: min(directory.end(of: segment), end), transform: Self.leaves(of:)
            ) { piece in
                switch piece {
                case .damage(let damage): throw LogError.corrupt(damage)
                case .batch(_, let more): leaves += more
                }
                return true
            }
        } catch {
            throw error as? LogError ?? .index("\(error)")
        }
        if kept.count == Self.keptMax { kept.removeFirst() }
        kept.append((segment, leaves))
        return leaves
    }

    @Sendable private static func leaves(of batch: EventBatch) -> [Digest] {
        var leaves: [Digest] = []
        leaves.reserveCapacity(batch.count)
        batch.forEach { leaves.append(MerkleTree.leaf($0.line.raw)) }
        return leaves
    }
}

extension EventLog {
    private func tree(_ size: UInt64?) throws(LogError) -> (tree: LogTree, size: UInt64) {
        let end = try end()
        if let size, size > end {
            throw .invalidProof("the log has \(end) events, not \(size); ask for a smaller size")
        }
        return (LogTree(directory: directory, reader: reader, end: end), size ?? end)
    }

    /// The Merkle root over the first `size` events, or over all.
    public func root(at size: UInt64? = nil) throws(LogError) -> Digest {
        let (tree, size) = try tree(size)
        return try tree.hash(0..<size)
    }

    /// Shows that an event is among the first `size`, or in the log at all.
    public func inclusionProof(of sequence: UInt64, size: UInt64? = nil) throws(LogError) -> InclusionProof {
        let (tree, size) = try tree(size)
        guard sequence < size else {
            throw .invalidProof("event \(sequence) is not among the first \(size), which end with \(Int64(size) - 1)")
        }
        let proof = InclusionProof(
            sequence: sequence, size: size, leaf: try tree.leaf(sequence), root: try tree.hash(0..<size),
            path: try MerklePath.inclusion(of: sequence, in: size) { (range) throws(LogError) in try tree.hash(range) })
        guard proof.holds else { throw contradiction(size) }
        return proof
    }

    /// Shows that the first `size` events, or all, continue the first `from`.
    public func consistencyProof(from: UInt64, size: UInt64? = nil) throws(LogError) -> ConsistencyProof {
        let (tree, size) = try tree(size)
        guard from > 0 else { throw .invalidProof("every log continues the empty one; ask from a size of at least 1") }
        guard from <= size else { throw .invalidProof("a log of \(size) events cannot continue one of \(from)") }
        let proof = ConsistencyProof(
            from: from, size: size, fromRoot: try tree.hash(0..<from), root: try tree.hash(0..<size),
            path: try MerklePath.consistency(from: from, to: size) { (range) throws(LogError) in try tree.hash(range) })
        guard proof.holds else { throw contradiction(size) }
        return proof
    }

    /// A sealed segment's root and its lines do not go together.
    private func contradiction(_ size: UInt64) -> LogError {
        .corrupt(
            Damage(
                file: "log", from: 0, to: 0, sequences: 0..<size,
                what:
                    "a sealed segment does not hold the lines that its end member stands for; see `daybook log verify`")
        )
    }
}
