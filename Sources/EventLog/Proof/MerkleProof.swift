// Proofs in the Merkle tree of RFC 9162, section 2.1: which hashes they consist of, and whether they hold.

/// What shows that an event is in the log, to whoever knows only the log's size and root.
public struct InclusionProof: Sendable, Hashable {
    public var sequence: UInt64
    /// How many events the log had.
    public var size: UInt64
    /// Over the event's line.
    public var leaf: Digest
    public var root: Digest
    /// From the leaf up.
    public var path: [Digest]

    /// Whether it shows what it claims.
    public var holds: Bool {
        MerklePath.includes(leaf, at: sequence, size: size, path: path, root: root)
    }
}

/// What shows that a log continues an earlier one, to whoever knows both sizes and roots.
public struct ConsistencyProof: Sendable, Hashable {
    /// The earlier size.
    public var from: UInt64
    public var size: UInt64
    public var fromRoot: Digest
    public var root: Digest
    public var path: [Digest]

    /// Whether it shows what it claims.
    public var holds: Bool {
        MerklePath.extends(from, fromRoot, to: size, root, path: path)
    }
}

/// The paths, over any tree whose subtrees' hashes can be asked for.
enum MerklePath {
    typealias Hash = (Range<UInt64>) throws(LogError) -> Digest

    /// RFC 9162, section 2.1.3.1; `index` lies before `size`.
    static func inclusion(of index: UInt64, in size: UInt64, _ hash: Hash) throws(LogError) -> [Digest] {
        var path: [Digest] = []
        var range = 0..<size
        while range.count > 1 {
            let (left, right) = split(range)
            path.append(try hash(index < left.upperBound ? right : left))
            range = index < left.upperBound ? left : right
        }
        return path.reversed()
    }

    /// RFC 9162, section 2.1.4.1; `from` is at least 1 and at most `size`.
    static func consistency(from: UInt64, to size: UInt64, _ hash: Hash) throws(LogError) -> [Digest] {
        var path: [Digest] = []
        var range = 0..<size
        while range.upperBound != from {
            let (left, right) = split(range)
            path.append(try hash(from <= left.upperBound ? right : left))
            range = from <= left.upperBound ? left : right
        }
        // The earlier tree's own root need not be said.
        if range.lowerBound > 0 { path.append(try hash(range)) }
        return path.reversed()
    }

    /// The two subtrees of a tree over more than one leaf: the left one is the largest power of two that is smaller.
    static func split(_ range: Range<UInt64>) -> (left: Range<UInt64>, right: Range<UInt64>) {
        let size = range.upperBound - range.lowerBound
        let half = UInt64(1) << UInt64(63 - (size - 1).leadingZeroBitCount)
        return (range.lowerBound..<range.lowerBound + half, range.lowerBound + half..<range.upperBound)
    }

    /// RFC 9162, section 2.1.3.2.
    static func includes(_ leaf: Digest, at index: UInt64, size: UInt64, path: [Digest], root: Digest) -> Bool {
        guard index < size else { return false }
        var (node, last) = (index, size - 1)
        var hash = leaf
        for step in path {
            guard last > 0 else { return false }
            if node & 1 == 1 || node == last {
                hash = MerkleTree.node(step, hash)
                climb(&node, &last)
            } else {
                hash = MerkleTree.node(hash, step)
            }
            (node, last) = (node >> 1, last >> 1)
        }
        return last == 0 && hash == root
    }

    /// RFC 9162, section 2.1.4.2. No log is shown to continue the empty one: that needs no showing.
    static func extends(
        _ from: UInt64, _ fromRoot: Digest, to size: UInt64, _ root: Digest, path: [Digest]
    ) -> Bool {
        guard from > 0, from <= size else { return false }
        if from == size { return path.isEmpty && fromRoot == root }
        guard !path.isEmpty else { return false }
        let steps = from.nonzeroBitCount == 1 ? [fromRoot] + path : path
        var (node, last) = (from - 1, size - 1)
        while node & 1 == 1 { (node, last) = (node >> 1, last >> 1) }
        var (old, new) = (steps[0], steps[0])
        for step in steps.dropFirst() {
            guard last > 0 else { return false }
            if node & 1 == 1 || node == last {
                old = MerkleTree.node(step, old)
                new = MerkleTree.node(step, new)
                climb(&node, &last)
            } else {
                new = MerkleTree.node(new, step)
            }
            (node, last) = (node >> 1, last >> 1)
        }
        return last == 0 && old == fromRoot && new == root
    }

    /// Where the right edge has no sibling, up to where it has one.
    private static func climb(_ node: inout UInt64, _ last: inout UInt64) {
        while node > 0, node & 1 == 0 { (node, last) = (node >> 1, last >> 1) }
    }
}
