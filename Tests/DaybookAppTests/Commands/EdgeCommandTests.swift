// What a user is told where the disk, a right or the version stands in the way: one sentence, the right exit code, nothing lost.

import CanonicalJSON
import Foundation
import Testing

@testable import DaybookApp

@Suite("At the edges of the disk", .timeLimit(.minutes(5)))
struct EdgeCommandTests {
    /// A daybook whose data lies on `disk`.
    private func scratch(on disk: SmallDisk) throws -> Scratch {
        try Scratch("data: \(disk.path)/data\nwatches: {}\n")
    }

    /// Lines that take a few kilobytes each, however well they are compressed.
    private func bulk(_ count: Int, from first: Int = 0) -> [String] {
        var random = SystemRandomNumberGenerator()
        return (first..<first + count).map { number in
            let noise = (0..<400).map { _ in String(random.next(), radix: 36) }.joined()
            return observed("bulk/\(number)", title: noise)
        }
    }

    private func sentences(_ said: Scratch.Said) -> [Substring] { said.errors.split(separator: "\n") }

    @Test(
        "a full disk ends an import with 3; what was acknowledged is there, can be asked for, and is gone on from",
        .enabled(if: SmallDisk.isAllowed, "mounting a disk takes root; FailureTests has it through the seam"))
    func fullDisk() async throws {
        let disk = try SmallDisk(kilobytes: 512)
        let scratch = try scratch(on: disk)
        #expect(try await scratch.importSessions([observed("x/a", title: "one")]).status == .done)
        try scratch.write(bulk(300).joined(separator: "\n"), to: "bulk.ndjson")
        let said = await scratch.daybook("log", "import", scratch.path("bulk.ndjson"), "--batch", "10", "--json")
        #expect(said.status == .world && sentences(said).count == 1 && said.errors.contains("no space left"))
        let acknowledged = try #require(try said.rows().last?["acknowledged"]?.intValue)
        let stats = try #require(try await scratch.daybook("log", "stats", "--json").rows().first)
        #expect(try #require(stats["events"]?.intValue) == acknowledged + 1)
        #expect(await scratch.daybook("log", "verify").status == .done)
        let asked = await scratch.daybook("sessions", "show", "x/a", "--json")
        #expect(asked.status == .done && asked.output.contains("one"), "\(asked.errors)")
        try disk.remount("size=8192k")
        #expect(try await scratch.importSessions(bulk(5, from: 1_000)).status == .done)
        #expect(await scratch.daybook("log", "verify").status == .done)
    }

    @Test(
        "a disk that may only be read is read, and says so to who appends",
        .enabled(if: SmallDisk.isAllowed, "mounting a disk takes root; EventLog's index has it through the seam"))
    func readOnly() async throws {
        let disk = try SmallDisk(kilobytes: 4_096)
        let scratch = try scratch(on: disk)
        #expect(try await scratch.importSessions([observed("x/a", title: "one")]).status == .done)
        try disk.remount("ro")
        for question in [
            ["log", "stats"], ["log", "tail"], ["log", "show", "0"], ["log", "verify"], ["log", "export"], ["status"],
            ["audit", "x/a"], ["sessions", "list"], ["sessions", "show", "x/a"],
        ] {
            let recorder = Recorder()
            let status = await DaybookApplication().run(
                question + ["--config", scratch.path("daybook.yaml")], console: recorder.console)
            #expect(status == .done, "\(question): \(recorder.errors)")
        }
        let said = try await scratch.importSessions([observed("x/b", title: "two")])
        #expect(said.status == .world && sentences(said).count == 1 && said.errors.contains("Read-only"))
        try disk.remount("rw")
        #expect(try await scratch.importSessions([observed("x/b", title: "two")]).status == .done)
    }

    @Test("data of a later version is refused with 3, by who reads as by who appends, and stays as it is")
    func laterVersion() async throws {
        let scratch = try Scratch()
        #expect(try await scratch.importSessions([observed("x/a", title: "one")]).status == .done)
        try scratch.write("daybook-log/2\n", to: "data/log/format")
        for command in [["log", "stats"], ["sessions", "list"], ["log", "verify"], ["log", "export"], ["init"]] {
            let recorder = Recorder()
            let status = await DaybookApplication().run(
                command + ["--config", scratch.path("daybook.yaml")], console: recorder.console)
            #expect(status == .world && recorder.errors.contains("newer version of daybook"), "\(command)")
            #expect(recorder.errors.split(separator: "\n").count == 1)
        }
        let said = try await scratch.importSessions([observed("x/a", title: "two")])
        #expect(said.status == .world && said.errors.contains(#""daybook-log/2""#))
    }

    @Test("a folder whose log is gone is damaged data, not a foreign folder")
    func lostLog() async throws {
        let scratch = try Scratch()
        #expect(try await scratch.importSessions([observed("x/a", title: "one")]).status == .done)
        try FileManager.default.removeItem(atPath: scratch.path("data/log"))
        for said in [
            await scratch.daybook("log", "stats"), try await scratch.importSessions([observed("x/a", title: "two")]),
        ] {
            #expect(said.status == .damaged && sentences(said).count == 1 && said.errors.contains("restore it"))
        }
    }

    @Test("what is damaged is left out of counts and exports with 4")
    func missingSegment() async throws {
        let scratch = try Scratch()
        #expect(try await scratch.importSessions([observed("x/a", title: "one")]).status == .done)
        try FileManager.default.removeItem(atPath: scratch.path("data/log/00000000000000000000.ndjson.gz"))
        for command in ["stats", "export", "verify"] {
            let said = await scratch.daybook("log", command)
            #expect(said.status == .damaged, "\(command)")
            #expect((said.output + said.errors).contains("00000000000000000000.ndjson.gz"))
        }
    }
}
