import CanonicalJSON
import Foundation
import Testing

@testable import DaybookApp

/// Standard output on a disk that is full.
@Suite("Output that is not taken", .timeLimit(.minutes(5)))
struct FullOutputTests {
    @Test(
        "is said in one sentence, and the command does not end as if all had been printed",
        arguments: [
            ["log", "export"], ["log", "tail"], ["log", "stats"], ["log", "verify"], ["status"],
            ["sessions", "list", "--json"],
            ["follow", "--from", "0"], ["config", "schema"], ["--help"],
        ])
    func full(arguments: [String]) async throws {
        let scratch = try Scratch()
        _ = try await scratch.importSessions((1...5).map { observed("a/\($0)", title: "t\($0)") })
        let process = Process()
        process.executableURL = try BuiltDaybook.program()
        let takesFile = !arguments.contains("schema") && !arguments.contains("--help")
        process.arguments = arguments + (takesFile ? ["--config", scratch.path("daybook.yaml")] : [])
        process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 3)
        #expect(
            said
                == "daybook: standard output cannot be written: No space left on device; what has been printed is not whole\n"
        )
    }

    @Test("keeps nothing from being done, and what the channel terminal could not say is told again")
    func check() async throws {
        let scratch = try Scratch(
            """
            watches:
              news: { kind: page, fetch: { url: "http://127.0.0.1:1/" } }
            channels: { here: { terminal: true } }
            reactors: { tell: { on: run.failed, to: here } }
            """)
        let full = Failure(.world, "full")
        let said = Recorder()
        let console = Console(output: { _ throws(Failure) in throw full }, errors: { said.add(error: $0) })
        let arguments = ["check", "--wait", "1s", "--config", scratch.path("daybook.yaml")]
        #expect(await DaybookApplication().run(arguments, console: console) == .world)
        #expect(said.errors == "daybook: full\n")
        let rows = try await scratch.daybook("log", "export", "--type", "run.").rows()
        #expect(rows.map { $0["type"] } == ["run.failed"])
        let deliveries = try await scratch.daybook("deliveries", "list", "--json").rows()
        #expect(deliveries.first?["state"] == "failed")
    }
}
