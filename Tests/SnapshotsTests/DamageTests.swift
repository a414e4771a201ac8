import EventLog
import Foundation
import Testing

@testable import Snapshots

@Suite("Snapshots that are not what they should be", .timeLimit(.minutes(5)))
struct DamageTests {
    private func archive(_ scratch: Scratch, events: Int = 60) async throws -> [UInt8] {
        let book = try Book(scratch.path("data"))
        try await book.append(events)
        _ = try book.snapshot(scratch.path("s.tar"))
        return try scratch.bytes("s.tar")
    }

    private func refusal(_ scratch: Scratch, _ bytes: [UInt8]) throws -> SnapshotError? {
        try scratch.write(bytes, to: "bad.tar")
        do {
            _ = try SnapshotReader(scratch.path("bad.tar")).restore(into: scratch.path("new"))
            return nil
        } catch { return error }
    }

    @Test("no flipped byte in any member passes, and nothing of it is restored")
    func flips() async throws {
        let scratch = try Scratch()
        let good = try await archive(scratch)
        var flipped = 0
        for (name, body) in HandmadeTar.places(in: good) {
            for place in stride(from: body.lowerBound, to: body.upperBound, by: max(1, body.count / 7)) {
                var bad = good
                bad[place] ^= 0x10
                let isRefused = try refusal(scratch, bad) != nil
                #expect(isRefused, "\(name), byte \(place - body.lowerBound)")
                flipped += 1
            }
        }
        #expect(flipped > 40)
        #expect(try scratch.names() == ["bad.tar", "data", "s.tar"])
    }

    @Test(
        "verify says what is wrong and where", arguments: ["log/00000000000000000000.ndjson.gz", "log/end", "blobs/"])
    func named(prefix: String) async throws {
        let scratch = try Scratch()
        let good = try await archive(scratch)
        var tar = HandmadeTar()
        for (name, body) in HandmadeTar.members(of: good) {
            var body = body
            if name.hasPrefix(prefix) { body[body.count / 2] ^= 1 }
            tar.add(name, body)
        }
        try scratch.write(tar.finished, to: "bad.tar")
        let report = try SnapshotReader(scratch.path("bad.tar")).verify()
        #expect(!report.isSound && report.problems.contains { $0.member.hasPrefix(prefix) })
    }

    @Test("a snapshot cut short anywhere is refused")
    func cuts() async throws {
        let scratch = try Scratch()
        let good = try await archive(scratch)
        let last = try #require(HandmadeTar.places(in: good).last)
        for length in stride(from: 0, to: last.body.upperBound, by: 731) {
            let isRefused = try refusal(scratch, Array(good.prefix(length))) != nil
            #expect(isRefused, "cut to \(length) of \(good.count)")
        }
        #expect(try scratch.names() == ["bad.tar", "data", "s.tar"])
    }

    struct Hostile: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let make: @Sendable (inout HandmadeTar, [(name: String, body: [UInt8])]) -> Void
    }

    private static let hostile: [Hostile] = [
        Hostile(testDescription: "a path that leads upwards") { tar, all in
            tar.add(all[0].name, all[0].body)
            tar.add("log/../../evil", [1])
        },
        Hostile(testDescription: "an absolute path") { tar, all in
            all.forEach { tar.add($0.name, $0.body) }
            tar.add("/tmp/evil", [1])
        },
        Hostile(testDescription: "a symbolic link in a member's place") { tar, all in
            tar.add(all[0].name, all[0].body)
            tar.add(all[1].name, [], type: "2", link: "/etc/passwd")
        },
        Hostile(testDescription: "a hard link") { tar, all in
            tar.add(all[0].name, all[0].body)
            tar.add(all[1].name, [], type: "1", link: "manifest.json")
        },
        Hostile(testDescription: "a device") { tar, all in
            tar.add(all[0].name, all[0].body)
            tar.add(all[1].name, [], type: "3")
        },
        Hostile(testDescription: "a folder") { tar, all in
            tar.add(all[0].name, all[0].body)
            tar.add("log/", [], type: "5")
        },
        Hostile(testDescription: "a member twice") { tar, all in
            all.forEach { tar.add($0.name, $0.body) }
            tar.add(all[all.count - 1].name, all[all.count - 1].body)
        },
        Hostile(testDescription: "a segment twice") { tar, all in
            tar.add(all[0].name, all[0].body)
            tar.add(all[1].name, all[1].body)
            tar.add(all[1].name, all[1].body)
        },
        Hostile(testDescription: "a size that the manifest does not know") { tar, all in
            tar.add(all[0].name, all[0].body)
            tar.add(all[1].name, all[1].body + [0])
        },
        Hostile(testDescription: "a size beyond the archive's end") { tar, all in
            tar.add(all[0].name, all[0].body, size: 1 << 30)
        },
        Hostile(testDescription: "a manifest that is not first") { tar, all in
            all.reversed().forEach { tar.add($0.name, $0.body) }
        },
        Hostile(testDescription: "a blob that is missing") { tar, all in
            all.dropLast().forEach { tar.add($0.name, $0.body) }
        },
        Hostile(testDescription: "a member of no kind that a snapshot has") { tar, all in
            all.forEach { tar.add($0.name, $0.body) }
            tar.add("index.sqlite", [1])
        },
        Hostile(testDescription: "a manifest of another format") { tar, all in
            tar.add("manifest.json", Array(#"{"format":"daybook-snapshot/2"}"#.utf8))
        },
        Hostile(testDescription: "a manifest that lists a foreign path") { tar, all in
            let text = String(decoding: all[0].body, as: UTF8.self)
            tar.add("manifest.json", Array(text.replacing("log/end", with: "../../x").utf8))
        },
        Hostile(testDescription: "no archive at all") { tar, _ in tar.add("manifest.json", Array("hello".utf8)) },
    ]

    @Test("a hostile archive is refused in one sentence", arguments: hostile)
    func refused(_ hostile: Hostile) async throws {
        let scratch = try Scratch()
        let good = try await archive(scratch)
        var tar = HandmadeTar()
        hostile.make(&tar, HandmadeTar.members(of: good))
        let error = try #require(try refusal(scratch, tar.finished))
        #expect(!error.description.contains("\n") && error.description.utf8.count < 400)
        #expect(try scratch.names() == ["bad.tar", "data", "s.tar"])
    }

    @Test("nothing but zeros may stand behind its end", arguments: ["itself", "a byte", "text", "a block", "zeros"])
    func appended(what: String) async throws {
        let scratch = try Scratch()
        let good = try await archive(scratch)
        let more =
            switch what {
            case "itself": good
            case "a byte": [1] as [UInt8]
            case "text": Array("and more".utf8)
            case "a block": [UInt8](repeating: 0, count: 4_096) + [UInt8](repeating: 7, count: 512)
            default: [UInt8](repeating: 0, count: 10_240)
            }
        try scratch.write(good + more, to: "more.tar")
        if what == "zeros" {
            #expect(try SnapshotReader(scratch.path("more.tar")).verify().isSound)
        } else {
            #expect(throws: SnapshotError.self) { try SnapshotReader(scratch.path("more.tar")).verify() }
        }
    }

    @Test("a bomb has no way in: what is compressed as a whole is no snapshot")
    func bomb() async throws {
        let scratch = try Scratch()
        _ = try await archive(scratch)
        #expect(try scratch.run("gzip", "-k", "s.tar").status == 0)
        #expect(throws: SnapshotError.self) { try SnapshotReader(scratch.path("s.tar.gz")).verify() }
    }

    @Test("a folder that holds anything, or a file, is left as it is")
    func occupied() async throws {
        let scratch = try Scratch()
        _ = try await archive(scratch)
        try FileManager.default.createDirectory(atPath: scratch.path("full"), withIntermediateDirectories: true)
        try scratch.write([7], to: "full/mine")
        for folder in ["full", "full/mine"] {
            #expect(throws: SnapshotError.notEmpty(scratch.path(folder))) {
                try SnapshotReader(scratch.path("s.tar")).restore(into: scratch.path(folder))
            }
        }
        try FileManager.default.createDirectory(atPath: scratch.path("void"), withIntermediateDirectories: true)
        _ = try SnapshotReader(scratch.path("s.tar")).restore(into: scratch.path("void"))
        #expect(try scratch.bytes("full/mine") == [7] && scratch.exists("void/log/end"))
    }

    @Test("a relative folder is found from where one is, also through ..")
    func relative() async throws {
        let scratch = try Scratch()
        _ = try await archive(scratch)
        let here = FileManager.default.currentDirectoryPath.split(separator: "/")
        let root = String(repeating: "../", count: here.count) + scratch.path("").dropFirst()
        for folder in ["new", "sub/../other"] {
            _ = try SnapshotReader(scratch.path("s.tar")).restore(into: root + folder)
        }
        #expect(try scratch.names() == ["data", "new", "other", "s.tar"])
    }

    @Test("a link is not restored onto, and where it leads is said", arguments: ["void", "nowhere"])
    func link(target: String) async throws {
        let scratch = try Scratch()
        _ = try await archive(scratch)
        try FileManager.default.createDirectory(atPath: scratch.path("void"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: scratch.path("link"), withDestinationPath: target)
        #expect(throws: SnapshotError.link(scratch.path("link"), to: scratch.path(target))) {
            try SnapshotReader(scratch.path("s.tar")).restore(into: scratch.path("link"))
        }
        #expect(try scratch.names() == ["data", "link", "s.tar", "void"])
    }

    @Test("what a killed restore left behind goes with the next one; a living one's stays")
    func leftovers() async throws {
        let scratch = try Scratch()
        _ = try await archive(scratch)
        for name in [".new.restoring-1", ".new.restoring-2", ".new.restoring-mine"] {
            try FileManager.default.createDirectory(atPath: scratch.path(name), withIntermediateDirectories: true)
        }
        let living = open(scratch.path(".new.restoring-2"), O_RDONLY)
        #expect(flock(living, LOCK_EX) == 0)
        defer { close(living) }
        _ = try SnapshotReader(scratch.path("s.tar")).restore(into: scratch.path("new"))
        #expect(
            try scratch.names() == [".new.restoring-2", ".new.restoring-mine", "data", "new", "s.tar"])
    }
}
