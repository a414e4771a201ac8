import CanonicalJSON
import DemoSite
import Foundation
import Synchronization
import Testing

@testable import DaybookApp

/// A real site on loopback, a real log, real deliveries to a file.
@Suite("daybook check", .timeLimit(.minutes(5)))
struct CheckCommandTests {
    private func configuration(_ address: String) -> String {
        DemoSite.patientConfiguration(for: address)
            .replacing("screen: { terminal: true }", with: "screen: { file: told.ndjson, format: json }")
    }

    /// Serves the demo's site; `go` moves it on.
    private func onSite(
        _ body: @escaping @Sendable (_ scratch: Scratch, _ go: @Sendable (Int) -> Void) async throws -> Void
    ) async throws {
        let step = Mutex(0)
        try await withoutActuallyEscaping(body) { body in
            try await DemoSite.run(step: { step.withLock { $0 } }) { address in
                let scratch = try Scratch(configuration(address))
                try await body(scratch) { next in step.withLock { $0 = next } }
            }
        }
    }

    @Test("the first look tells nothing; later ones tell each change once, and questions answer as of then")
    func changes() async throws {
        try await onSite { scratch, go in
            let first = try #require(try await scratch.daybook("check", "--json").rows().first)
            #expect(first["outcome"] == "completed" && first["changed"]?.intValue == first["observed"]?.intValue)
            #expect(!FileManager.default.fileExists(atPath: scratch.path("told.ndjson")))
            let before = try #require(
                try await scratch.daybook("log", "stats", "--json").rows().first?["events"]?.intValue)
            let listed = await scratch.daybook("sessions", "list", "--json")

            let same = try #require(try await scratch.daybook("check", "--json").rows().first)
            #expect(same["changed"] == 0 && same["notModified"]?.intValue == same["requests"]?.intValue)

            go(1)
            let changed = try #require(try await scratch.daybook("check", "--json").rows().first)
            #expect(changed["changed"] == 1)
            let told = try scratch.read("told.ndjson").split(separator: "\n")
            #expect(told.count == 1 && told[0].contains("session.updated"))
            #expect(
                try await scratch.daybook("deliveries", "list", "--json").rows().map { $0["state"] } == ["delivered"])

            let then = await scratch.daybook("sessions", "list", "--json", "--as-of", String(before - 1))
            #expect(then.output == listed.output)
            #expect(await scratch.daybook("sessions", "list", "--json").output != listed.output)
            let now = await scratch.daybook("sessions", "list", "--json")
            #expect(await scratch.daybook("rebuild").status == .done)
            #expect(await scratch.daybook("sessions", "list", "--json").output == now.output)
        }
    }

    @Test("history names what changed, audit what was done about it, status what needs a look")
    func questions() async throws {
        try await onSite { scratch, go in
            _ = await scratch.daybook("check")
            go(1)
            _ = await scratch.daybook("check")
            let rows = try await scratch.daybook("sessions", "list", "--json").rows()
            let key = try #require(rows.first { $0["version"] == 2 }?["key"]?.stringValue)
            let history = try await scratch.daybook("sessions", "history", key, "--json").rows()
            #expect(history.map { $0["version"] } == [1, 2] && history[1]["changes"]?.arrayValue?.count == 1)
            let audit = try await scratch.daybook("audit", "days/\(key)", "--json").rows()
            #expect(audit.map { $0["type"] } == ["session.observed", "session.observed", "notification.delivered"])
            let status = try #require(try await scratch.daybook("status", "--json").rows().first)
            #expect(status["outcome"] == "completed" && status["failuresInARow"] == 0 && status["kind"] == "sessions")
            let problems = await scratch.daybook("status", "--problems")
            #expect(problems.status == .no && problems.output.hasPrefix("! nothing keeps watch"))
            try scratch.write(try scratch.read("daybook.yaml").replacing("every: 2s", with: ""), to: "daybook.yaml")
            let well = await scratch.daybook("status", "--problems")
            #expect(well.status == .done && well.output == "All is well.\n")
        }
    }

    @Test("a watch that cannot be looked at ends with 3 and says why in status")
    func failure() async throws {
        let scratch = try Scratch(configuration("http://127.0.0.1:1"))
        let said = await scratch.daybook("check")
        #expect(said.status == .world && said.output.contains("failed") && said.output.contains("127.0.0.1:1"))
        let status = await scratch.daybook("status")
        #expect(status.output.contains("1 look in a row failed") && status.output.contains("127.0.0.1:1"))
        let problems = await scratch.daybook("status", "--problems")
        let rows = try await scratch.daybook("status", "--problems", "--json").rows()
        #expect(problems.status == .no && rows.first?["watch"] == "days" && rows.first?["weight"] == "bad")
        let texts = rows.compactMap { $0["problem"]?.stringValue }
        #expect(texts.first?.contains("127.0.0.1:1") == true, "the worst is on top")
        #expect(problems.output.split(separator: "\n").map { $0.dropFirst(2) } == texts.map { $0[...] })
    }

    @Test("a watch that is not there is named with the nearest one that is")
    func unknown() async throws {
        let scratch = try Scratch(configuration("http://127.0.0.1:1"))
        let said = await scratch.daybook("check", "dys")
        #expect(said.status == .usage && said.errors.contains(#"did you mean "days""#))
    }

    @Test("another key is refused unless it is meant")
    func rekey() async throws {
        try await onSite { scratch, _ in
            #expect(await scratch.daybook("check").status == .done)
            let other = try scratch.read("daybook.yaml").replacing(#"key: "@id""#, with: #"key: ".title""#)
            try scratch.write(other, to: "daybook.yaml")
            let refused = await scratch.daybook("check")
            #expect(refused.status == .usage && refused.errors.contains("rekey: true"))
            try scratch.write(
                other.replacing(#"key: ".title""#, with: "key: \".title\"\n    rekey: true"), to: "daybook.yaml")
            #expect(await scratch.daybook("check").status == .done)
        }
    }
}
