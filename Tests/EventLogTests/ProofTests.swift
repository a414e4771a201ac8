// Verification: what is noticed, where it is said to be, and the root over it all.

import CanonicalJSON
import Foundation
import Testing

@testable import EventLog

@Suite(.timeLimit(.minutes(5)))
struct ProofTests {
    let folder = TemporaryFolder()
    var files: LogFiles { LogFiles(folder: folder) }

    @Test("the Merkle root is that of RFC 6962's reference vectors")
    func vectors() {
        // The inputs and roots of the reference implementation (certificate-transparency, merkle_tree_test.cc).
        let leaves = [
            "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
        ]
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ]
        var tree = MerkleTree()
        #expect(tree.root.hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        for (leaf, root) in zip(leaves, roots) {
            let bytes = stride(from: 0, to: leaf.count, by: 2).compactMap {
                UInt8(leaf.dropFirst($0).prefix(2), radix: 16)
            }
            tree.append(leaf: bytes.withUnsafeBytes { MerkleTree.leaf($0) })
            #expect(tree.root.hex == root)
        }
    }

    private func filled() async throws -> EventLog {
        let log = try openLog(folder)
        var drafts = Drafts()
        for count in [3, 40, 1, 5] { try await log.append(drafts.make(count, size: 300)) }
        return log
    }

    @Test("a sound log is sound, and its root is that of its lines")
    func sound() async throws {
        let log = try await filled()
        var tree = MerkleTree()
        for line in try log.lines() { tree.append(leaf: Array(line.utf8).withUnsafeBytes { MerkleTree.leaf($0) }) }
        var progress: [UInt64] = []
        let result = try log.verify(progress: { _, done, _ in progress.append(done) })
        #expect(result.isOK && result.events == 49 && result.tornTail.isEmpty)
        #expect(result.root == tree.root && progress.last == 49)
    }

    @Test("an empty log is sound")
    func empty() throws {
        let result = try openLog(folder).verify()
        #expect(result.isOK && result.events == 0 && result.root == Digest.sha256([]))
    }

    @Test("a torn tail is mentioned and no problem; verifying moves nothing")
    func tornTail() async throws {
        try await filled().close()
        try files.append([1, 2, 3])
        let names = files.names
        let result = try openLog(folder, create: false).verify()
        #expect(result.isOK && result.tornTail.map { $0.to - $0.from } == [3] && result.root != nil)
        #expect(files.names == names)
    }

    @Test("a flipped bit is noticed wherever it is, and the place is named")
    func flips() async throws {
        try await filled().close()
        let name = files.newest
        let size = try files.size(name)
        for place in stride(from: 0, to: size, by: 37) {
            try files.flip(name, at: place, bit: 1 << UInt8(place % 8))
            let result = try openLog(folder, create: false).verify()
            #expect(result.problems.contains { $0.file == name && $0.from <= place && place < $0.to }, "byte \(place)")
            #expect(result.root == nil)
            try files.flip(name, at: place, bit: 1 << UInt8(place % 8))
        }
        #expect(try openLog(folder, create: false).verify().isOK)
    }

    /// Writes one commit of lines that no log would have written, with blocks that are sound.
    private func forge(_ lines: [String]) throws -> LogVerification {
        _ = try openLog(folder)
        let text = Array(lines.joined().utf8)
        var bytes: [UInt8] = []
        text.withUnsafeBytes {
            BlockWriter().write($0, first: 0, count: lines.count, endsCommit: true, durable: 0, into: &bytes)
        }
        try files.write(bytes, Segment.name(0))
        return try openLog(folder, create: false).verify()
    }

    private func line(
        _ sequence: Int, revision: Int, number: Int, time: String = "12:00:00.000", recorded: String? = nil,
        data: String = "{}"
    ) -> String {
        let recorded = recorded.map { #","recordedtime":"2026-11-21T\#($0)Z""# } ?? ""
        return #"{"specversion":"1.0","sequence":"\#(padded(UInt64(sequence)))","type":"item.observed","source":"/w","#
            + #""subject":"a","id":"0195f3a0-0000-7000-8000-000000000001.\#(number)","time":"2026-11-21T\#(time)Z""#
            + recorded + #","revision":\#(revision),"dataschema":"daybook:item.observed/1","data":\#(data)}"# + "\n"
    }

    @Test("lines that do not follow from those before are problems")
    func rules() throws {
        let good = line(0, revision: 1, number: 1)
        let cases: [(String, String)] = [
            (line(1, revision: 3, number: 2), "revision"),
            (line(1, revision: 2, number: 1), "does not follow"),
            (line(1, revision: 2, number: 2, time: "11:00:00.000", recorded: "12:00:00.000"), "previous"),
            (line(1, revision: 2, number: 2, recorded: "11:00:00.000"), "recordedtime"),
            (line(1, revision: 2, number: 2, recorded: "12:00:00.000"), "canonical"),
            (line(1, revision: 2, number: 2, data: #"{"b":1,"a":1}"#), "canonical"),
            (line(1, revision: 2, number: 2, data: #"{"a":1.0}"#), "canonical"),
            (line(1, revision: 2, number: 2, data: #"{"a" :1}"#), "canonical"),
            (line(1, revision: 2, number: 2, data: #"{"a":}"#), "JSON"),
            (line(2, revision: 2, number: 2), "form"),
        ]
        #expect(try forge([good, line(1, revision: 2, number: 2)]).isOK)
        for (bad, what) in cases {
            let result = try forge([good, bad])
            #expect(result.problems.count == 1, "\(what)")
            #expect(result.problems.first?.what.contains(what) == true, "\(result.problems) should say \(what)")
            #expect(result.problems.first?.sequences == 1..<2 && result.problems.first?.from == 0)
        }
    }

    @Test("only the line that is wrong is blamed, not its stream's next")
    func blame() throws {
        let result = try forge([
            line(0, revision: 1, number: 1), line(1, revision: 2, number: 2, data: #"{"a" :1}"#),
            line(2, revision: 3, number: 3),
        ])
        #expect(result.problems.map(\.sequences) == [1..<2], "\(result.problems)")
    }

    @Test("a header that miscounts its lines is a problem")
    func miscounted() throws {
        _ = try openLog(folder)
        let text = Array((line(0, revision: 1, number: 1) + line(1, revision: 2, number: 2)).utf8)
        var bytes: [UInt8] = []
        text.withUnsafeBytes { BlockWriter().write($0, first: 0, count: 5, endsCommit: true, durable: 0, into: &bytes) }
        try files.write(bytes, Segment.name(0))
        #expect(try !openLog(folder, create: false).verify().isOK)
    }

    @Test("statistics count events, types and bytes")
    func stats() async throws {
        let log = try openLog(folder)
        #expect(try log.stats().first == nil)
        var drafts = Drafts()
        try await log.append([drafts.next(), drafts.next(type: "run.completed", at: 5), drafts.next(at: 9)])
        let stats = try log.stats()
        #expect(stats.events == 3 && stats.segments == 1 && stats.types == ["session.observed": 2, "run.completed": 1])
        #expect(try stats.bytes == files.size(files.newest))
        #expect(try stats.inflatedBytes == log.lines().reduce(0) { $0 + $1.utf8.count + 1 })
        #expect(stats.first == noon && stats.last == noon.adding(seconds: 9))
    }
}
