// The Merkle tree of RFC 6962, section 2.1, over the log's lines: one hash that stands for all of them.

import Crypto

/// Takes in leaves in order and keeps only the roots of the full subtrees, one for each bit of the count.
public struct MerkleTree: Sendable {
    public private(set) var count: UInt64 = 0
    /// Largest subtree first.
    private var subtrees: [Digest] = []

    public init() {}

    /// The hash of a line as a leaf.
    public static func leaf(_ line: UnsafeRawBufferPointer) -> Digest {
        var hash = SHA256()
        hash.update(data: [0] as [UInt8])
        hash.update(bufferPointer: line)
        return Digest(hash.finalize())
    }

    public static func node(_ left: Digest, _ right: Digest) -> Digest {
        withUnsafeTemporaryAllocation(byteCount: 65, alignment: 8) { bytes in
            bytes[0] = 1
            left.copyBytes(to: bytes, at: 1)
            right.copyBytes(to: bytes, at: 33)
            return Digest.sha256(UnsafeRawBufferPointer(bytes))
        }
    }

    public mutating func append(leaf: Digest) { append(subtree: leaf, leaves: 1) }

    /// Appends a full subtree of `leaves` leaves, a power of two that divides the count so far.
    mutating func append(subtree: Digest, leaves: UInt64) {
        precondition(
            leaves.nonzeroBitCount == 1 && count % leaves == 0, "a full subtree begins at a multiple of its size")
        var hash = subtree
        var filled = count / leaves
        while filled & 1 == 1, let left = subtrees.popLast() {
            hash = Self.node(left, hash)
            filled >>= 1
        }
        subtrees.append(hash)
        count += leaves
    }

    /// This tree and behind it the leaves of one that fits beneath its smallest subtree.
    func followed(by rest: MerkleTree) -> MerkleTree {
        var whole = self
        whole.subtrees += rest.subtrees
        whole.count += rest.count
        return whole
    }

    /// The root over all leaves so far; of none, the hash of nothing.
    public var root: Digest {
        guard var root = subtrees.last else { return Digest.sha256([]) }
        for left in subtrees.dropLast().reversed() { root = Self.node(left, root) }
        return root
    }
}
