import CanonicalJSON
import Foundation
import Testing

@testable import DaybookApp
@testable import Projections

@Suite("daybook rebuild", .timeLimit(.minutes(5)))
struct RebuildCommandTests {
    private func filled() async throws -> Scratch {
        let scratch = try Scratch()
        _ = try await scratch.importSessions([
            observed("re/1", title: "One"), observed("re/1", title: "Uno", at: "2026-11-21T12:00:00Z"),
        ])
        return scratch
    }

    private func titles(_ path: String) throws -> [JSON?] {
        try ItemQuery(Connection(path, .query)).list().map { try JSON.parse($0.fields)["title"] }
    }

    @Test("--until and --into fill plain databases elsewhere, and say where")
    func past() async throws {
        let scratch = try await filled()
        let folder = scratch.path("then")
        let said = await scratch.daybook("rebuild", "--until", "2026-11-21T11:00:00Z", "--into", folder)
        #expect(said.status == .done)
        #expect(
            said.lines == ["As of 2026-11-21T11:00:00Z, in SQLite databases that any tool may read:"]
                + ["alarms", "items", "metrics", "pages", "runs", "sessions", "stock"].map {
                    "  \(folder)/\($0).sqlite"
                }
                + ["sqlite3 \(folder)/alarms.sqlite .schema shows what is in one."])
        #expect(try titles(folder + "/sessions.sqlite") == ["One"])
        let now = try await scratch.daybook("rebuild", "sessions", "--into", scratch.path("now"), "--json").rows()
        #expect(now == [["projection": "sessions", "path": .string(scratch.path("now/sessions.sqlite"))]])
        #expect(try titles(scratch.path("now/sessions.sqlite")) == ["Uno"])
        #expect(
            !FileManager.default.fileExists(atPath: scratch.path("data/projections")),
            "the daybook's own are left alone")
    }

    @Test("a full-text index can be had so, too")
    func search() async throws {
        let scratch = try await filled()
        let folder = scratch.path("then")
        #expect(await scratch.daybook("rebuild", "search", "--until", "0", "--into", folder).status == .done)
        let words = try #require(SearchWords("one"))
        let found = try SearchQuery(Connection(folder + "/search.sqlite", .query)).find(words, limit: 5)
        #expect(found.rows.map(\.key) == ["1"])
    }

    @Test("what cannot be meant is refused with 2, and nothing is written")
    func refused() async throws {
        let scratch = try await filled()
        try FileManager.default.createDirectory(atPath: scratch.path("full"), withIntermediateDirectories: true)
        try scratch.write("mine", to: "full/notes")
        for (arguments, sentence) in [
            (["--until", "1"], "--until needs --into"), (["--into", scratch.path("full")], "is not empty"),
            (
                ["sesions"],
                "there is no projection \"sesions\"; there are sessions, items, stock, pages, runs, metrics, alarms, search"
            ),
            (["--until", "soon", "--into", scratch.path("x")], "--until: \"soon\" is not a point"),
        ] {
            let said = await scratch.daybook(["rebuild"] + arguments)
            #expect(said.status == .usage && said.errors.contains(sentence), "\(said.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: scratch.path("x")))
    }

    @Test("with --json there is a line for each projection")
    func json() async throws {
        let scratch = try await filled()
        let rows = try await scratch.daybook("rebuild", "sessions", "runs", "--json").rows()
        #expect(rows.map { $0["projection"] } == ["sessions", "runs"])
        #expect(rows.allSatisfy { $0["events"] == 2 && $0["seconds"]?.numberValue != nil })
    }
}
