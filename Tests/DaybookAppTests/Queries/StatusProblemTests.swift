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
}
