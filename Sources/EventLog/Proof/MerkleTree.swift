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
        Digest.sha256([1] + left.bytes + right.bytes)
    }

    public mutating func append(leaf: Digest) {
        var hash = leaf
        var filled = count
        while filled & 1 == 1, let left = subtrees.popLast() {
            hash = Self.node(left, hash)
            filled >>= 1
        }
        subtrees.append(hash)
        count += 1
    }

    /// The root over all leaves so far; of none, the hash of nothing.
    public var root: Digest {
        guard var root = subtrees.last else { return Digest.sha256([]) }
        for left in subtrees.dropLast().reversed() { root = Self.node(left, root) }
        return root
    }
}
