// Proofs, held against the published vectors and against a verifier that was written here, from RFC 9162 alone.

import CanonicalJSON
import Foundation
import Testing

@testable import EventLog

@Suite("Proofs", .timeLimit(.minutes(5)))
struct MerkleProofTests {
    let folder = TemporaryFolder()
    var files: LogFiles { LogFiles(folder: folder) }

    // MARK: Published vectors

    /// The reference tree's leaves (certificate-transparency, merkle_tree_test.cc).
    static let leaves: [Digest] = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ].map { text in bytes(hex: text).withUnsafeBytes { MerkleTree.leaf($0) } }

    static func bytes(hex: String) -> [UInt8] {
        stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
    }

    static func digest(_ base64: String) -> Digest? { Data(base64Encoded: base64).flatMap { Digest(bytes: $0) } }

    private func hash(_ range: Range<UInt64>) -> Digest {
        var tree = MerkleTree()
        for leaf in Self.leaves[Int(range.lowerBound)..<Int(range.upperBound)] { tree.append(leaf: leaf) }
        return tree.root
    }

    struct Inclusion: Sendable {
        var index: UInt64
        var size: UInt64
        var root: String
        var path: [String]
    }

    /// From github.com/transparency-dev/merkle, testdata/inclusion: the sound ones.
    static let inclusions = [
        Inclusion(index: 0, size: 1, root: "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=", path: []),
        Inclusion(
            index: 0, size: 8, root: "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=",
            path: [
                "lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=", "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
                "a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=",
            ]),
        Inclusion(
            index: 5, size: 8, root: "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=",
            path: [
                "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=", "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
                "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
            ]),
        Inclusion(
            index: 2, size: 3, root: "rra8/idLcKFPsGel5VeCZNsPqbUa9eC6FZFY8yngbnc=",
            path: ["+sVCA+fMaWzw38tCySodnbr3CtnmIfS9jZhmLwDjwSU="]),
        Inclusion(
            index: 1, size: 5, root: "Tju7H3tHjc/nH7YxYxUZo7yhLJrvyhYSv85ME6hiZNQ=",
            path: [
                "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=", "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
                "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=",
            ]),
    ]

    @Test("inclusion is shown as the published vectors show it, and nothing like it is", arguments: inclusions)
    func inclusionVectors(vector: Inclusion) throws {
        let (index, size) = (vector.index, vector.size)
        let root = try #require(Self.digest(vector.root))
        let path = try MerklePath.inclusion(of: index, in: size) { (range) in hash(range) }
        #expect(path == vector.path.compactMap(Self.digest) && hash(0..<size) == root)
        let leaf = Self.leaves[Int(index)]
        func holds(_ leaf: Digest, _ index: UInt64, _ size: UInt64, _ path: [Digest], _ root: Digest) -> Bool {
            MerklePath.includes(leaf, at: index, size: size, path: path, root: root)
        }
        #expect(holds(leaf, index, size, path, root))
        let other = Digest.sha256([7])
        #expect(!holds(other, index, size, path, root) && !holds(leaf, index, size, path, other))
        #expect(!holds(leaf, index, size, path + [other], root) && !holds(leaf, index, size, [other] + path, root))
        #expect(!holds(leaf, index, size, path + [root], root) && !holds(leaf, size, size, path, root))
        for place in path.indices {
            var changed = path
            changed[place] = other
            #expect(!holds(leaf, index, size, changed, root))
            changed.remove(at: place)
            #expect(!holds(leaf, index, size, changed, root))
        }
        for wrong in 0..<size where wrong != index { #expect(!holds(leaf, wrong, size, path, root)) }
        #expect(!holds(leaf, index, size * 2, path, root) && (size == 1 || !holds(leaf, index, size / 2, path, root)))
    }

    struct Consistency: Sendable {
        var from: UInt64
        var size: UInt64
        var roots: [String]
        var path: [String]
    }

    /// From github.com/transparency-dev/merkle, testdata/consistency: the sound ones.
    static let consistencies = [
        Consistency(
            from: 1, size: 1,
            roots: ["bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=", "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0="],
            path: []),
        Consistency(
            from: 1, size: 8,
            roots: ["bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=", "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg="],
            path: [
                "lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=", "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
                "a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=",
            ]),
        Consistency(
            from: 6, size: 8,
            roots: ["duZ9rbzfHhDht03cYIq9L5jfsW+851J3tSMqEn8gh+8=", "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg="],
            path: [
                "DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=", "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
                "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
            ]),
        Consistency(
            from: 2, size: 5,
            roots: ["+sVCA+fMaWzw38tCySodnbr3CtnmIfS9jZhmLwDjwSU=", "Tju7H3tHjc/nH7YxYxUZo7yhLJrvyhYSv85ME6hiZNQ="],
            path: [
                "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=", "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=",
            ]),
        Consistency(
            from: 6, size: 7,
            roots: ["duZ9rbzfHhDht03cYIq9L5jfsW+851J3tSMqEn8gh+8=", "3bib5AOAnjJXUNPSY814kpwpQreUKjS3fhIslZSnTIw="],
            path: [
                "DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=", "sIaT7C5yFZcTBkHoIR5+7cy0wmQTlj7ubB4u0W/7Gl8=",
                "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
            ]),
    ]

    @Test("consistency is shown as the published vectors show it, and nothing like it is", arguments: consistencies)
    func consistencyVectors(vector: Consistency) throws {
        let (from, size) = (vector.from, vector.size)
        let roots = vector.roots.compactMap(Self.digest)
        let path = try MerklePath.consistency(from: from, to: size) { (range) in hash(range) }
        #expect(path == vector.path.compactMap(Self.digest) && roots == [hash(0..<from), hash(0..<size)])
        func holds(_ from: UInt64, _ old: Digest, _ size: UInt64, _ new: Digest, _ path: [Digest]) -> Bool {
            MerklePath.extends(from, old, to: size, new, path: path)
        }
        #expect(holds(from, roots[0], size, roots[1], path))
        let other = Digest.sha256([7])
        #expect(!holds(from, other, size, roots[1], path) && !holds(from, roots[0], size, other, path))
        #expect(!holds(from, roots[0], size, roots[1], path + [other]))
        #expect(!holds(from, roots[0], size, roots[1], [other] + path))
        #expect(!holds(from, roots[0], size, roots[1], path + [roots[0]]))
        #expect(!holds(size + 1, roots[0], size, roots[1], path) && !holds(0, roots[0], size, roots[1], path))
        if from < size {
            #expect(!holds(from, roots[1], size, roots[0], path) && !holds(from, roots[0], size, roots[1], []))
            #expect(!holds(from, roots[0], size * 2, roots[1], path))
        }
        for place in path.indices {
            var changed = path
            changed[place] = other
            #expect(!holds(from, roots[0], size, roots[1], changed))
            changed.remove(at: place)
            #expect(!holds(from, roots[0], size, roots[1], changed))
        }
    }

    @Test("of the empty log nothing is shown")
    func nothing() {
        let empty = Digest.sha256([])
        #expect(!MerklePath.extends(0, empty, to: 0, empty, path: []))
        #expect(!MerklePath.extends(0, empty, to: 1, empty, path: [empty]))
        #expect(!MerklePath.includes(empty, at: 0, size: 0, path: [], root: empty))
    }

    // MARK: Another verifier

    /// Works the root out from the top down, by where the leaf lies; written from the definitions in RFC 9162, section 2.1.1.
    private func root(of leaf: Digest, at index: Int, size: Int, path: ArraySlice<Digest>) -> Digest? {
        guard size > 1 else { return path.isEmpty ? leaf : nil }
        guard let sibling = path.last else { return nil }
        var half = 1
        while half * 2 < size { half *= 2 }
        if index < half {
            return root(of: leaf, at: index, size: half, path: path.dropLast()).map { MerkleTree.node($0, sibling) }
        }
        return root(of: leaf, at: index - half, size: size - half, path: path.dropLast())
            .map { MerkleTree.node(sibling, $0) }
    }

    /// Both roots, from the top down; `known` is the old root, where the old tree is a whole subtree of the new one.
    private func roots(
        _ old: Int, _ size: Int, _ path: ArraySlice<Digest>, known: Digest?
    ) -> (old: Digest, new: Digest)? {
        if old == size {
            if let known { return path.isEmpty ? (known, known) : nil }
            return path.count == 1 ? path.last.map { ($0, $0) } : nil
        }
        guard let sibling = path.last else { return nil }
        var half = 1
        while half * 2 < size { half *= 2 }
        if old <= half {
            return roots(old, half, path.dropLast(), known: known).map { ($0.old, MerkleTree.node($0.new, sibling)) }
        }
        return roots(old - half, size - half, path.dropLast(), known: nil)
            .map { (MerkleTree.node(sibling, $0.old), MerkleTree.node(sibling, $0.new)) }
    }

    @Test("every path in every tree up to 70 leaves holds for both verifiers")
    func everyPath() throws {
        let leaves = (0..<70).map { Digest.sha256([UInt8($0)]) }
        var roots: [Digest] = []
        var tree = MerkleTree()
        for leaf in leaves {
            roots.append(tree.root)
            tree.append(leaf: leaf)
        }
        roots.append(tree.root)
        func hash(_ range: Range<UInt64>) -> Digest {
            var tree = MerkleTree()
            for leaf in leaves[Int(range.lowerBound)..<Int(range.upperBound)] { tree.append(leaf: leaf) }
            return tree.root
        }
        for size in [1, 2, 3, 7, 8, 9, 31, 33, 64, 65, 70] {
            for index in stride(from: 0, to: size, by: max(1, size / 9)) {
                let path = try MerklePath.inclusion(of: UInt64(index), in: UInt64(size)) { (range) in hash(range) }
                #expect(root(of: leaves[index], at: index, size: size, path: path[...]) == roots[size])
                #expect(
                    MerklePath.includes(
                        leaves[index], at: UInt64(index), size: UInt64(size), path: path, root: roots[size]))
                let from = index + 1
                let grown = try MerklePath.consistency(from: UInt64(from), to: UInt64(size)) { (range) in hash(range) }
                let both = self.roots(from, size, grown[...], known: roots[from])
                #expect(both?.old == roots[from] && both?.new == roots[size], "\(from), \(size)")
                #expect(
                    MerklePath.extends(UInt64(from), roots[from], to: UInt64(size), roots[size], path: grown),
                    "\(from), \(size)")
            }
        }
    }

    // MARK: Of a log

    private func filled(_ count: Int) async throws -> EventLog {
        let log = try openLog(folder)
        var drafts = Drafts()
        try await log.append(drafts.make(count))
        return log
    }

    private func check(_ log: EventLog, sequences: [UInt64], sizes: [UInt64]) throws {
        let lines = try log.lines()
        func root(_ size: UInt64) -> Digest {
            var tree = MerkleTree()
            for line in lines[..<Int(size)] { tree.append(leaf: Array(line.utf8).withUnsafeBytes(MerkleTree.leaf)) }
            return tree.root
        }
        for size in sizes {
            for sequence in sequences where sequence < size {
                let proof = try log.inclusionProof(of: sequence, size: size)
                #expect(proof.leaf == Array(lines[Int(sequence)].utf8).withUnsafeBytes(MerkleTree.leaf))
                #expect(proof.root == root(size) && proof.size == size)
                #expect(
                    self.root(of: proof.leaf, at: Int(sequence), size: Int(size), path: proof.path[...]) == root(size))
                let grown = try log.consistencyProof(from: sequence + 1, size: size)
                let both = roots(Int(sequence) + 1, Int(size), grown.path[...], known: root(sequence + 1))
                #expect(both?.old == root(sequence + 1) && both?.new == root(size))
                #expect(grown.fromRoot == root(sequence + 1) && grown.root == root(size))
            }
            #expect(try log.root(at: size) == root(size))
        }
    }

    @Test("proofs over several segments are the same whether they are sealed or not")
    func sealed() async throws {
        let log = try await filled(300)
        let sequences: [UInt64] = [0, 1, 63, 64, 127, 200, 255, 256, 299]
        let sizes: [UInt64] = [1, 64, 65, 128, 192, 193, 256, 257, 300]
        try check(log, sequences: sequences, sizes: sizes)
        let before = try log.inclusionProof(of: 100)
        _ = try log.sealNext()
        try check(log, sequences: [0, 70, 290], sizes: [200, 300])
        try files.sealAll(log)
        try check(log, sequences: sequences, sizes: sizes)
        #expect(try log.inclusionProof(of: 100) == before && before.size == 300)
    }

    @Test("what is not there cannot be proved, and the refusal says what there is")
    func refusals() async throws {
        let log = try await filled(10)
        #expect(throws: LogError.self) { try log.inclusionProof(of: 10) }
        #expect(throws: LogError.self) { try log.inclusionProof(of: 5, size: 5) }
        #expect(throws: LogError.self) { try log.inclusionProof(of: 5, size: 11) }
        #expect(throws: LogError.self) { try log.consistencyProof(from: 0) }
        #expect(throws: LogError.self) { try log.consistencyProof(from: 6, size: 5) }
        #expect(try log.root(at: 0) == Digest.sha256([]))
    }

    @Test("a sealed segment whose end member stands for other lines proves nothing")
    func lying() async throws {
        let log = try await filled(70)
        try files.sealAll(log)
        let name = files.segments[0]
        let file = try SystemFileSystem().open(files.path(name), .read)
        var member = try #require(try log.directory.endMember(of: 0, in: file))
        member.summary.root = .sha256([1])
        try files.write(Array(try files.bytes(name).dropLast(EndMember.size)) + member.bytes, name)
        #expect { try log.inclusionProof(of: 5) } throws: { isCorrupt($0) != nil }
    }
}
