import CanonicalJSON
import Testing

@testable import Projections

@Suite("A watch that is renamed")
struct RenameTests {
    private let workshop = Workshop()

    private let before = [
        saw("w/a", ["t": 1], at: 1), saw("w/b", [:], at: 1), ran("w", at: 1), ran("w", .failed, at: 2),
    ]

    @Test("goes on where it was: no item is added again, versions and failures count on")
    func goesOn() async throws {
        try await expect(
            KeyedCollection.sessions, given: before + [renamed("w", to: "v")],
            when: [
                saw("v/a", ["t": 1], at: 6), saw("v/a", ["t": 2], at: 7), missed("v/b", at: 7), saw("v/c", [:], at: 7),
            ],
            then: ["session.updated v/a v2 live [\"t\"]", "session.withdrawn v/b v2 live", "session.added v/c v1 live"])
        try await expect(
            Runs(), given: before + [renamed("w", to: "v")], when: [ran("v", .failed), ran("v")],
            then: ["run.failed v", "run.recovered v"])
    }

    @Test("what a process that still has the old name appends counts for the same watch")
    func oldNameGoesOn() async throws {
        try await expect(
            KeyedCollection.sessions, given: before + [renamed("w", to: "v")],
            when: [saw("w/a", ["t": 2], at: 6), saw("v/a", ["t": 3], at: 7), saw("w/d", [:], at: 8)],
            then: [
                "session.updated w/a v2 live [\"t\"]", "session.updated v/a v3 live [\"t\"]",
                "session.added w/d v1 live",
            ])
    }

    @Test(
        "has one history under its newest name, whichever way it got it",
        arguments: [
            [renamed("w", to: "v")],
            [renamed("w", to: "u"), renamed("u", to: "v")],
            [renamed("w", to: "u"), renamed("w", to: "v")],
            [renamed("w", to: "v"), renamed("v", to: "w"), renamed("w", to: "v")],
            [renamed("w", to: "v"), renamed("w", to: "v"), renamed("v", to: "v")],
        ])
    func oneHistory(renamings: [TestEvent]) async throws {
        let log = MemoryLog(before + renamings + [saw("v/a", ["t": 2], at: 9), ran("v", at: 9)])
        let engine = try workshop.engine(log)
        try await engine.catchUp()
        for _ in 0..<2 {
            try engine.read("sessions") { database throws in
                let query = ItemQuery(database)
                #expect(try query.list().map { "\($0.watch)/\($0.key) \($0.version)" } == ["v/a 2", "v/b 1"])
                #expect(try query.list(asOf: .sequence(1)).map { "\($0.watch)/\($0.key)" } == ["v/a", "v/b"])
                for name in ["v/a", "w/a"] { #expect(try query.history(name).map(\.version) == [1, 2]) }
                #expect(try query.list(watch: "w").count == 2)
                #expect(try query.show("a", watch: "w").count == 1)
            }
            try engine.read("runs") { database throws in
                let watches = try RunQuery(database).watches().map { "\($0.watch) \($0.items) \($0.failuresInARow)" }
                #expect(watches == ["v 2 0"])
                #expect(try RunQuery(database).runs(of: "w", limit: 9).count == 3)
            }
            try await engine.rebuild()
        }
    }

    @Test("leaves what changes have said as it was said")
    func changesStay() async throws {
        let log = MemoryLog(before)
        let engine = try workshop.engine(log)
        try await engine.catchUp()
        let said = try ["sessions", "runs"].map { try engine.changes(of: $0, limit: .max).map(\.data) }
        log.append([renamed("w", to: "v")])
        try await engine.catchUp()
        #expect(try ["sessions", "runs"].map { try engine.changes(of: $0, limit: .max).map(\.data) } == said)
        try await engine.rebuild()
        #expect(try ["sessions", "runs"].map { try engine.changes(of: $0, limit: .max).map(\.data) } == said)
    }

    @Test("takes nothing from a watch that has its name already, as a log put together by hand may say")
    func collision() async throws {
        let log = MemoryLog(before + [saw("v/a", ["t": 9]), ran("v"), renamed("w", to: "v"), ran("v")])
        let engine = try workshop.engine(log)
        try await engine.catchUp()
        #expect(try engine.status().allSatisfy { $0.failure == nil })
        try engine.read("sessions") { database throws in
            #expect(try ItemQuery(database).list().map { "\($0.watch)/\($0.key)" } == ["v/a", "v/b", "w/a"])
        }
        let told = try engine.changes(of: "sessions", limit: .max).map {
            "\($0.subject) \($0.data["fields"] ?? "nothing")"
        }
        #expect(told.count == 3 && !told.contains { $0.hasSuffix("nothing") }, "what changes said of them stays")
        try engine.read("runs") { database throws in
            #expect(try RunQuery(database).watches().map { "\($0.watch) \($0.items)" } == ["v 2"])
        }
    }
}
