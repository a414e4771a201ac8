import CanonicalJSON
import DemoSite
import EventLog
import Foundation
import Synchronization
import Testing

@testable import DaybookApp

/// A real site, a real log, a file that is edited in between.
@Suite("A watch under another name", .timeLimit(.minutes(5)))
struct RenameCommandTests {
    private func onSite(
        _ body: @escaping @Sendable (_ scratch: Scratch, _ go: @Sendable (Int) -> Void) async throws -> Void
    ) async throws {
        let step = Mutex(0)
        try await withoutActuallyEscaping(body) { body in
            try await DemoSite.run(step: { step.withLock { $0 } }) { address in
                let scratch = try Scratch(
                    DemoSite.patientConfiguration(for: address)
                        .replacing("screen: { terminal: true }", with: "screen: { file: told.ndjson, format: json }"))
                try await body(scratch) { next in step.withLock { $0 = next } }
            }
        }
    }

    private func edit(_ scratch: Scratch, _ old: String, _ new: String) throws {
        let text = try scratch.read("daybook.yaml")
        try #require(text.contains(old))
        try scratch.write(text.replacing(old, with: new), to: "daybook.yaml")
    }

    private func types(_ scratch: Scratch) async throws -> [String] {
        try await scratch.daybook("log", "export").rows().compactMap { $0["type"]?.stringValue }
    }

    @Test("goes on where it was: nothing added, nothing told, one history, one status, one audit")
    func rename() async throws {
        try await onSite { scratch, go in
            _ = await scratch.daybook("check")
            go(1)
            _ = await scratch.daybook("check")
            let told = try scratch.read("told.ndjson")
            let before = try await scratch.daybook("sessions", "list", "--json").rows()
            let key = try #require(before.first { $0["version"] == 2 }?["key"]?.stringValue)

            let said = await scratch.daybook("watch", "rename", "days", "programme")
            #expect(said.status == .done && said.output.contains("programme"))
            #expect(try scratch.read("daybook.yaml").contains("  programme:\n    was: days\n    kind: sessions"))
            let look = try #require(try await scratch.daybook("check", "--json").rows().first)
            #expect(look["watch"] == "programme" && look["changed"] == 0 && look["absent"] == 0)
            #expect(look["notModified"] == look["requests"])
            #expect(try scratch.read("told.ndjson") == told)

            let after = try await scratch.daybook("sessions", "list", "--json").rows()
            #expect(after.map { $0["version"] } == before.map { $0["version"] })
            #expect(after.allSatisfy { $0["watch"] == "programme" })
            let history = await scratch.daybook("sessions", "history", "programme/\(key)", "--json")
            #expect(try history.rows().map { $0["version"] } == [1, 2])
            #expect(await scratch.daybook("sessions", "history", "days/\(key)", "--json").output == history.output)
            let status = try await scratch.daybook("status", "--json").rows()
            #expect(status.map { $0["watch"] } == ["programme"])
            let audit = try await scratch.daybook("audit", "programme/\(key)", "--json").rows()
            #expect(audit.map { $0["type"] } == ["session.observed", "session.observed", "notification.delivered"])
            let runs = try await scratch.daybook("audit", "programme", "--json").rows()
            #expect(
                runs.map { $0["type"] } == ["run.completed", "run.completed", "watch.renamed", "run.completed"])

            go(2)
            _ = await scratch.daybook("check")
            #expect(try scratch.read("told.ndjson").split(separator: "\n").count > told.split(separator: "\n").count)
            let rebuilt = await scratch.daybook("sessions", "list", "--json")
            #expect(await scratch.daybook("rebuild").status == .done)
            #expect(await scratch.daybook("sessions", "list", "--json").output == rebuilt.output)
            let types = try await types(scratch)
            #expect(types.filter { $0 == "watch.renamed" }.count == 1)
        }
    }

    @Test("an alarm about it follows, with its state and its history; filters that say the name are printed")
    func alarms() async throws {
        try await onSite { scratch, _ in
            let file = try scratch.read("daybook.yaml").replacing(
                "on: [", with: "where: '.watch == \"days\"'\n    on: [")
            try scratch.write(
                file + """
                    alarms:
                      many:   # one is too many
                        metric: run.items
                        watch: [days]
                        statistic: maximum
                        period: 1h
                        threshold: ">= 1"

                    """, to: "daybook.yaml")
            #expect(await scratch.daybook("check").status == .done)
            let before = try await scratch.daybook("alarms", "history", "many", "--json").rows()
            #expect(before.last?["state"] == "ALARM")

            let said = await scratch.daybook("watch", "rename", "days", "programme")
            #expect(said.status == .done && said.output.contains("Alarms about it name it so, too: line "), "\(said)")
            #expect(said.output.contains(#".watch == "days""#) && !said.output.contains("[days]"))
            #expect(try scratch.read("daybook.yaml").contains("    watch: [programme]\n"))
            #expect(await scratch.daybook("check").status == .done)
            #expect(try await scratch.daybook("alarms", "history", "many", "--json").rows() == before)
            let row = try await scratch.daybook("alarms", "list", "--json").rows().first { $0["alarm"] == "many" }
            #expect(row?["state"] == "ALARM")
        }
    }

    @Test("renamed back, the file's own `was` follows; and the name in between is not free for another")
    func back() async throws {
        try await onSite { scratch, _ in
            _ = await scratch.daybook("check")
            #expect(await scratch.daybook("watch", "rename", "days", "b").status == .done)
            _ = await scratch.daybook("check")
            #expect(await scratch.daybook("watch", "rename", "b", "days").status == .done)
            #expect(try scratch.read("daybook.yaml").contains("  days:\n    was: b\n"))
            let look = try #require(try await scratch.daybook("check", "--json").rows().first)
            #expect(look["changed"] == 0)
            let types = try await types(scratch)
            #expect(types.filter { $0 == "watch.renamed" }.count == 2)
            try edit(scratch, "  days:\n    was: b\n", "  b:\n")
            let refused = await scratch.daybook("check")
            #expect(refused.status == .usage && refused.errors.contains(#"say was: "days""#))
        }
    }

    @Test("a process that still has the old file neither forks the history nor is let to later")
    func oldFile() async throws {
        try await onSite { scratch, go in
            _ = await scratch.daybook("check")
            let old = try scratch.read("daybook.yaml")
            #expect(await scratch.daybook("watch", "rename", "days", "b").status == .done)
            _ = await scratch.daybook("check")
            try scratch.write(old, to: "daybook.yaml")
            go(1)
            let refused = await scratch.daybook("check")
            #expect(refused.status == .usage && refused.errors.contains("the watch \"b\""))
        }
    }

    @Test("what `was` cannot mean is refused, and says what there is")
    func refused() async throws {
        try await onSite { scratch, _ in
            // A file that was in use elsewhere, in a new folder, and a second watch in it that has not looked yet.
            let file = try scratch.read("daybook.yaml")
            let watch = String(try #require(file.firstMatch(of: /\n  days:\n(.|\n)*?(?=\n\n)/)).0)
            try edit(scratch, watch, watch + watch.replacing("  days:\n", with: "  more:\n    was: never\n"))
            #expect(await scratch.daybook("check", "days").status == .done)
            #expect(await scratch.daybook("check", "days").status == .done)
            try scratch.write(file, to: "daybook.yaml")
            #expect(await scratch.daybook("check").status == .done)

            try edit(scratch, "  days:\n", "  other:\n    was: dais\n")
            let typo = await scratch.daybook("check")
            #expect(typo.status == .usage && typo.errors.contains(#"did you mean "days"?"#))

            try edit(scratch, "  other:\n    was: dais\n", "  other:\n")
            _ = await scratch.daybook("check")
            try edit(scratch, "  other:\n", "  other:\n    was: days\n")
            let two = await scratch.daybook("check")
            #expect(two.status == .usage && two.errors.contains("two cannot become one"))
        }
    }

    @Test("a changed key is noticed under the new name, too")
    func rekey() async throws {
        try await onSite { scratch, _ in
            _ = await scratch.daybook("check")
            try edit(scratch, "  days:\n", "  b:\n    was: days\n")
            try edit(scratch, #"key: "@id""#, #"key: ".title""#)
            let refused = await scratch.daybook("check")
            #expect(refused.status == .usage && refused.errors.contains("rekey: true"))
            let types = try await types(scratch)
            #expect(!types.contains("watch.renamed"))
        }
    }

    @Test("the command refuses what is not there, what is taken, and no name")
    func command() async throws {
        try await onSite { scratch, _ in
            let file = try scratch.read("daybook.yaml")
            let unknown = await scratch.daybook("watch", "rename", "dys", "b")
            #expect(unknown.status == .usage && unknown.errors.contains(#"did you mean "days""#))
            for name in ["days", "b/c", "", "-x"] {
                #expect(await scratch.daybook("watch", "rename", "--", "days", name).status == .usage, "\(name)")
            }
            #expect(try scratch.read("daybook.yaml") == file)
            let fresh = await scratch.daybook("watch", "rename", "days", "b")
            #expect(fresh.status == .done)
            #expect(try !scratch.read("daybook.yaml").contains("was:"))
            #expect(await scratch.daybook("check").status == .done)
        }
    }
}
