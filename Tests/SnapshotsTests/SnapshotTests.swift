import CanonicalJSON
import EventLog
import Foundation
import Testing

@testable import Snapshots

@Suite("Snapshots", .timeLimit(.minutes(5)))
struct SnapshotTests {
    @Test("what is restored is what was there: the same lines, the same root, every blob")
    func roundTrip() async throws {
        let scratch = try Scratch()
        let book = try Book(scratch.path("data"))
        try await book.append(300)
        try scratch.write(Array("watches: {}\n".utf8), to: "daybook.yaml")
        let manifest = try book.snapshot(scratch.path("s.tar"), configuration: scratch.path("daybook.yaml"))
        #expect(manifest.events == 300 && manifest.blobs.count == 30 && manifest.absent.isEmpty)
        #expect(try SnapshotReader(scratch.path("s.tar")).verify().isSound)

        #expect(try SnapshotReader(scratch.path("s.tar")).restore(into: scratch.path("new/place")) == manifest)
        let restored = try Book(scratch.path("new/place"))
        let verified = try restored.log.verify()
        #expect(verified.isOK && verified.events == 300 && verified.root == manifest.root)
        #expect(try verified.root == book.log.verify().root)
        #expect(try scratch.bytes("new/place/daybook.yaml") == Array("watches: {}\n".utf8))
        for sequence in 0..<300 {
            guard let named = try restored.log.event(at: UInt64(sequence))?.evidence else { continue }
            let digest = try #require(Digest(reference: named))
            #expect(try restored.log.blobs.get(digest) != nil)
        }
        try await restored.append(5)
        #expect(try restored.log.end() == 305)
    }

    @Test("an empty log has a snapshot too")
    func empty() throws {
        let scratch = try Scratch()
        let manifest = try Book(scratch.path("data")).snapshot(scratch.path("s.tar"))
        #expect(manifest.root == Digest.sha256([]) && manifest.files.map(\.path) == ["log/end", "key", "key.pub"])
        #expect(try SnapshotReader(scratch.path("s.tar")).verify().isSound)
        _ = try SnapshotReader(scratch.path("s.tar")).restore(into: scratch.path("new"))
        #expect(try Book(scratch.path("new")).log.end() == 0)
    }

    @Test("what is beyond the durable end stays out: a commit that was cut short, and orphans among the blobs")
    func cut() async throws {
        let scratch = try Scratch()
        let book = try Book(scratch.path("data"))
        try await book.append(20)
        let segment = "data/log/00000000000000000000.ndjson.gz"
        let sound = try scratch.bytes(segment)
        try scratch.write(sound + sound.prefix(100), to: segment)
        _ = try book.log.blobs.put(Array("nobody names me".utf8))
        let manifest = try book.snapshot(scratch.path("s.tar"))
        #expect(manifest.files[0].size == sound.count && manifest.blobs.count == 2)
        #expect(try SnapshotReader(scratch.path("s.tar")).verify().isSound)
    }

    @Test("the file is the owner's alone, is not written over, and nothing else is left beside it")
    func file() async throws {
        let scratch = try Scratch()
        let book = try Book(scratch.path("data"))
        try await book.append(3)
        _ = try book.snapshot(scratch.path("s.tar"))
        #expect(try scratch.mode("s.tar") == 0o600)
        #expect(throws: SnapshotError.exists(scratch.path("s.tar"))) { try book.snapshot(scratch.path("s.tar")) }
        _ = try book.snapshot(scratch.path("s.tar"), force: true)
        #expect(try scratch.names() == ["data", "s.tar"])
        let stopped = SnapshotWriter(
            book.log, configuration: nil, version: "1", progress: { _, _, _ in throw CancellationError() })
        #expect(throws: SnapshotError.cancelled) { try stopped.write(to: scratch.path("t.tar")) }
        #expect(try scratch.names() == ["data", "s.tar"])
    }

    @Test("tar and sha256sum read it, and an unpacked one is a data folder")
    func tar() async throws {
        let scratch = try Scratch()
        let book = try Book(scratch.path("data"))
        try await book.append(40)
        let manifest = try book.snapshot(scratch.path("s.tar"))
        let listed = try scratch.run("tar", "tf", "s.tar").output.split(separator: "\n")
        #expect(listed.count == 1 + manifest.files.count + manifest.blobs.count && listed[0] == "manifest.json")
        try FileManager.default.createDirectory(atPath: scratch.path("plain"), withIntermediateDirectories: true)
        #expect(try scratch.run("tar", "xf", "s.tar", "-C", "plain").status == 0)
        #expect(try Book(scratch.path("plain")).log.verify().root == manifest.root)
        let sums = try scratch.run("sh", "-c", "cd plain && find blobs -type f | LC_ALL=C sort | xargs sha256sum")
            .output
        #expect(Digest.sha256(Array(sums.utf8)) == manifest.blobs.digest)
    }

    @Test("a blob that is missing or damaged in the daybook is named, and costs nothing else")
    func missingBlob() async throws {
        let scratch = try Scratch()
        let book = try Book(scratch.path("data"))
        try await book.append(30)
        let whole = try book.snapshot(scratch.path("whole.tar"))
        let blobs = HandmadeTar.members(of: try scratch.bytes("whole.tar")).filter { $0.name.hasPrefix("blobs/") }
        try FileManager.default.removeItem(atPath: scratch.path("data/" + blobs[0].name))
        try scratch.write([1, 2, 3], to: "data/" + blobs[1].name)
        let manifest = try book.snapshot(scratch.path("s.tar"))
        #expect(manifest.absent.count == 2 && manifest.blobs.count == whole.blobs.count - 2)
        #expect(try SnapshotReader(scratch.path("s.tar")).verify().isSound)
        _ = try SnapshotReader(scratch.path("s.tar")).restore(into: scratch.path("new"))
    }

    @Test("snapshots taken while others append are each a prefix of what the log becomes")
    func whileAppending() async throws {
        let scratch = try Scratch()
        let path = scratch.path("data")
        try await Book(path).append(10)
        let rounds = 25
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<3 {
                group.addTask {
                    let book = try Book(path)
                    for round in 1...rounds { try await book.append(round * 3, name: "w\(writer)") }
                }
            }
            group.addTask {
                let book = try Book(path)
                for number in 0..<8 { _ = try book.snapshot(scratch.path("\(number).tar")) }
            }
            try await group.waitForAll()
        }
        var leaves: [Digest] = []
        try Book(path).log.forEachBatch(from: 0) { batch in
            batch.forEach { leaves.append(MerkleTree.leaf($0.line.raw)) }
            return true
        }
        for number in 0..<8 {
            let report = try SnapshotReader(scratch.path("\(number).tar")).verify()
            var tree = MerkleTree()
            for leaf in leaves.prefix(Int(report.manifest.events)) { tree.append(leaf: leaf) }
            #expect(report.isSound && report.manifest.root == tree.root)
            _ = try SnapshotReader(scratch.path("\(number).tar")).restore(into: scratch.path("r\(number)"))
            #expect(try Book(scratch.path("r\(number)")).log.verify().root == tree.root)
        }
    }
}
