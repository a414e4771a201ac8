import CanonicalJSON
import EventLog
import Testing

@testable import Projections

@Suite("As of any moment", .timeLimit(.minutes(5)))
struct AsOfTests {
    private let workshop = Workshop()

    @Test("by sequence, a collection is what it was then, and now what it is", arguments: 0..<4)
    func sequences(seed: Int) async throws {
        let events = history(seed: seed, count: 300)
        let engine = try await engine(events)
        for (name, family) in [("sessions", "session"), ("items", "item")] {
            let expected = Model.states(events, family: family)
            try engine.read(name) { database throws in
                let query = ItemQuery(database)
                for (sequence, rows) in expected.enumerated() {
                    #expect(try query.list(asOf: .sequence(UInt64(sequence))) == rows)
                }
                #expect(try query.list() == expected.last)
                #expect(try query.list(asOf: .sequence(.max)) == expected.last)
                #expect(try query.list(asOf: .recorded(events: 0)) == [])
                #expect(try query.list(asOf: .recorded(events: 100)) == expected[99])
            }
        }
    }

    @Test("by time, it is what had been observed by then; within a millisecond the last word counts", arguments: 0..<4)
    func times(seed: Int) async throws {
        let events = history(seed: seed, count: 300)
        let engine = try await engine(events)
        try engine.read("sessions") { database throws in
            let query = ItemQuery(database)
            for time in Set(events.map(\.time)) {
                var model = Model()
                for (sequence, event) in events.enumerated() where event.time <= time {
                    model.take(event, at: sequence, family: "session")
                }
                #expect(try query.list(asOf: .observed(Timestamp(millisecondsSinceEpoch: time))) == model.rows)
            }
            #expect(try query.list(asOf: .observed(Timestamp(millisecondsSinceEpoch: 0))) == [])
        }
    }

    @Test("recorded and observed part ways where an import brings in the past")
    func imports() async throws {
        let engine = try await engine([
            saw("new/a", ["t": 1], at: 5000), saw("old/a", ["t": 1], at: 1000).imported,
            saw("old/a", ["t": 2], at: 2000).imported,
        ])
        try engine.read("sessions") { database throws in
            let query = ItemQuery(database)
            let seen = { (asOf: AsOf) in try query.list(asOf: asOf).map { "\($0.watch) v\($0.version)" } }
            #expect(try seen(.recorded(events: 1)) == ["new v1"])
            #expect(try seen(.observed(Timestamp(millisecondsSinceEpoch: 1999))) == ["old v1"])
            #expect(try seen(.observed(Timestamp(millisecondsSinceEpoch: 4999))) == ["old v2"])
            #expect(try seen(.sequence(1)) == ["new v1", "old v1"])
        }
    }

    @Test("a history is what it was then: no end that was not known")
    func histories() async throws {
        let engine = try await engine([
            saw("w/a", ["t": 1], at: 1000), saw("w/a", ["t": 2], at: 2000), missed("w/a", at: 3000),
        ])
        try engine.read("sessions") { database throws in
            let history = { (asOf: AsOf) in
                try ItemQuery(database).history("a", asOf: asOf).map {
                    [$0.since, $0.until].map { $0.map { "\($0.millisecondsSinceEpoch)" } ?? "now" }.joined(
                        separator: "-")
                }
            }
            #expect(try history(.now) == ["1000-2000", "2000-3000", "3000-now"])
            #expect(try history(.sequence(1)) == ["1000-2000", "2000-now"])
            #expect(try history(.observed(Timestamp(millisecondsSinceEpoch: 1999))) == ["1000-now"])
            #expect(try history(.observed(Timestamp(millisecondsSinceEpoch: 999))) == [])
        }
    }

    @Test("reading as of a moment is a seek for each item, and never a walk through versions")
    func plans() async throws {
        let engine = try await engine([])
        try engine.read("sessions") { database throws in
            for held in ["time <= 5 ORDER BY time DESC, sequence DESC", "sequence <= 5 ORDER BY sequence DESC"] {
                var plan: [String] = []
                try database.forEach(
                    dynamic: "EXPLAIN QUERY PLAN SELECT sequence FROM versions WHERE item = 1 AND \(held) LIMIT 1"
                ) { plan.append($0.text(3)) }
                #expect(plan.count == 1)
                #expect(plan[0].hasPrefix("SEARCH versions USING"))
                #expect(plan[0].contains("item=? AND"))
            }
        }
    }

    private func engine(_ events: [TestEvent]) async throws -> ProjectionEngine {
        let engine = try workshop.engine(MemoryLog(events), batch: 64)
        try await engine.catchUp()
        return engine
    }
}
