import EventLog
import Foundation
import Testing

@testable import DaybookApp

@Suite("What of a status needs a look")
struct StatusProblemTests {
    private static let watches =
        "data: ./data\nlisten: 127.0.0.1:1\ntoken: \"${file:token}\"\nwatches:\n\(soundWatch)\n"

    /// A daybook on record, as if a process of this configuration ran on it.
    private func running(_ body: (Scratch) async throws -> Void) async throws {
        let scratch = try Scratch(Self.watches)
        try scratch.write("secret\n", to: "token")
        let configuration = try Configuration.load(scratch.path("daybook.yaml"))
        let log = try EventLog.open(configuration.dataDirectory, create: true)
        _ = try await ConfigurationRecord.apply(configuration, in: log, at: .now())
        guard let lease = try Lease.take(HandOverClient.lease, in: log.dataDirectory) else {
            Issue.record("somebody has the lease")
            return
        }
        try await body(scratch)
        _ = consume lease
        log.close()
    }

    private func problems(_ scratch: Scratch, _ arguments: String...) async -> [String] {
        await scratch.daybook(["status", "--problems"] + arguments).lines
    }

    @Test("a watch that has never looked is one, now and as of a moment before its first look")
    func neverLooked() async throws {
        let scratch = try Scratch("watches:\n\(soundWatch)\n")
        _ = try await scratch.importSessions([observed("other/a", title: "one")])
        let sentence = "! talks: it has not looked yet; daybook check talks looks once"
        #expect(await problems(scratch) == [sentence])
        #expect(await problems(scratch, "--as-of", "1h ago") == [sentence])
        #expect(await scratch.daybook("status").output.hasPrefix(sentence))
    }

    @Test(
        "a changed file is taken up by a signal, but for what only a restart takes up",
        arguments: [
            ("kind: sessions", "every: 1h\n    kind: sessions", "kill -HUP \(getpid()) has it take up the new one"),
            (
                "127.0.0.1:1", "127.0.0.1:2",
                "`listen:` is changed, which only a restart takes up: stop it, and start it anew"
            ),
            (
                "listen: 127.0.0.1:1\ntoken: \"${file:token}\"\n", "",
                "`listen:` and `token:` are changed, which only a restart takes up: stop it, and start it anew"
            ),
        ])
    func changed(old: String, new: String, remedy: String) async throws {
        try await running { scratch in
            try scratch.write(try scratch.read("daybook.yaml").replacing(old, with: new), to: "daybook.yaml")
            #expect(await problems(scratch).contains { $0.hasSuffix("former configuration; \(remedy)") })
        }
    }

    @Test("a file that is gone is told like one that is broken, where a daybook runs by it")
    func missingFile() async throws {
        try await running { scratch in
            try FileManager.default.removeItem(atPath: scratch.path("daybook.yaml"))
            for data in [[], ["--data", scratch.path("data")]] {
                let said = await scratch.daybook(["status"] + data)
                #expect(said.status == .done && said.output.contains("Process \(getpid()) keeps watch."), "\(said)")
                #expect(said.output.contains("! there is no ") && said.output.contains("former configuration"))
            }
        }
        let nothing = try Scratch()
        try FileManager.default.removeItem(atPath: nothing.path("daybook.yaml"))
        #expect(await nothing.daybook("status").status == .usage)
    }

    @Test("damage in the middle of the log, which no question came upon, is what is worst")
    func damage() async throws {
        let scratch = try Scratch()
        for number in 1...3 {
            #expect(try await scratch.importSessions([observed("x/\(number)", title: "one")]).status == .done)
        }
        #expect(await scratch.daybook("status", "--problems").output == "All is well.\n")
        let path = scratch.path("data/log/00000000000000000000.ndjson.gz")
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(filePath: path))
        let said = await scratch.daybook("status", "--problems")
        #expect(said.status == .no && said.output.hasPrefix("! the log is damaged"), "\(said)")
    }
}
