import CanonicalJSON
import EventLog
import Foundation
import Projections
import Testing

@testable import DaybookApp

/// A projection of one's own that cannot take an event in, as whoever runs the daybook sees it.
@Suite("A projection that stops", .timeLimit(.minutes(5)))
struct StoppedProjectionTests {
    private let strict = DaybookApplication(projections: [Titles(isPatient: false)])
    private let mended = DaybookApplication(projections: [Titles(isPatient: true)])

    @Test("is named in status with the event and the reason; all else goes on, and so does it once it is mended")
    func status() async throws {
        let scratch = try Scratch()
        _ = try await scratch.importSessions([observed("w/a", title: "One"), observed("w/b", title: "")])
        let said = await scratch.daybook("status", in: strict)
        #expect(said.status == .done)
        let event = try await scratch.daybook("log", "export").rows()[1]["id"]?.stringValue ?? ""
        let complaint = "projection titles stopped, 1 event behind: stopped at event 1 (\(event)): it has no title"
        #expect(said.output.contains(complaint))
        let row = try #require(try await scratch.daybook("status", "--problems", "--json", in: strict).rows().first)
        #expect(row["projection"] == "titles" && row["problem"]?.stringValue == complaint)

        // What comes later waits behind it, and for nobody else.
        _ = try await scratch.importSessions([observed("w/c", title: "Three", at: "2026-11-21T11:00:00Z")])
        let list = await scratch.daybook("sessions", "list", "--json", in: strict)
        #expect(try list.rows().map { $0["key"] } == ["a", "b", "c"])
        #expect(list.status == .done && list.errors == "")
        let later = await scratch.daybook("status", in: strict)
        #expect(later.output.contains("projection titles stopped, 2 events behind: stopped at event 1"))

        // A rebuild with the same program says so too, and leaves what there is.
        let rebuilt = await scratch.daybook("rebuild", "titles", in: strict)
        #expect(rebuilt.status != .done && rebuilt.errors.contains("projection titles stops at event 1 (\(event))"))

        let well = await scratch.daybook("status", in: mended)
        #expect(well.output.contains("titles are up to date") && !well.output.contains("stopped"))
        #expect(try await titles(scratch) == ["One", "untitled", "Three"])
    }

    private func titles(_ scratch: Scratch) async throws -> [String] {
        let log = try EventLog.open(scratch.path("data"), create: false)
        let engine = try ProjectionEngine(log: log, projections: [Titles(isPatient: true)])
        #expect(try engine.status().map(\.lag) == [0], "the status before has brought it to the end")
        return try engine.read("titles") { database in
            var titles: [String] = []
            try database.forEach("SELECT title FROM titles ORDER BY sequence") { titles.append($0.text(0)) }
            return titles
        }
    }
}

/// Every title that a session was seen with.
private struct Titles: Projection {
    let name = "titles"
    let version = 1
    let families: Set<String> = ["session"]
    /// Whether it puts up with a session that has none.
    let isPatient: Bool

    func createTables(_ database: Connection) throws {
        try database.execute("CREATE TABLE titles (sequence INTEGER PRIMARY KEY, title TEXT NOT NULL)")
    }

    func fold(_ event: EventView, into context: inout FoldContext) throws {
        var title = try event.dataJSON()["title"]?.stringValue ?? ""
        if title.isEmpty, isPatient { title = "untitled" }
        guard !title.isEmpty else { throw FoldError("it has no title") }
        try context.database.run("INSERT INTO titles VALUES (?, ?)", event.sequence, title)
    }

    func describe(_ change: EmittedChange, detail: [UInt8], in database: Connection) -> JSONMembers { [] }
}
