import CanonicalJSON
import EventLog
import Testing

@testable import Projections

@Suite("Alarms on record")
struct AlarmsTests {
    private let workshop = Workshop()

    private func changed(_ alarm: String, _ state: String, at time: Int64) -> TestEvent {
        TestEvent(
            type: "alarm.changed", subject: alarm,
            data: ["state": .string(state), "reason": "because", "value": 3, "was": "OK"],
            time: time)
    }

    private func silenced(_ alarm: String, until: Int64, at time: Int64) -> TestEvent {
        let until = Timestamp(millisecondsSinceEpoch: until).description
        return TestEvent(
            type: "alarm.silenced", subject: alarm, data: ["until": .string(until), "reason": "moving", "by": "ann"],
            time: time)
    }

    @Test("each change is told but the first, where that one says that all is well")
    func changes() async throws {
        try await expect(
            Alarms(),
            when: [
                changed("a", "OK", at: 1), changed("b", "ALARM", at: 2), changed("a", "ALARM", at: 3),
                changed("a", "OK", at: 4), changed("a", "INSUFFICIENT_DATA", at: 5), changed("a", "OK", at: 6),
                changed("c", "INSUFFICIENT_DATA", at: 7),
            ],
            then: [
                "alarm.changed b", "alarm.changed a", "alarm.changed a", "alarm.changed a", "alarm.changed a",
                "alarm.changed c",
            ])
    }

    private var story: MemoryLog {
        MemoryLog([
            changed("a", "OK", at: 1000), changed("b", "ALARM", at: 1500), silenced("a", until: 5000, at: 2000),
            changed("a", "ALARM", at: 3000), changed("a", "OK", at: 5000), silenced("b", until: 9000, at: 6000),
            silenced("b", until: 6500, at: 6500), changed("b", "OK", at: 6600),
        ])
    }

    @Test("a change says that its alarm was silenced, and by whom")
    func silences() async throws {
        let engine = try workshop.engine(story, [Alarms()])
        try await engine.catchUp()
        let told = try engine.changes(of: "alarms", limit: 9)
        #expect(told.map { $0.data["silenced"]?["by"]?.stringValue } == [nil, "ann", nil, nil])
        #expect(told[1].data["alarm"] == "a" && told[1].data["state"] == "ALARM" && told[1].data["reason"] == "because")
    }

    @Test("how an alarm stood before a silence, of which several in a row are one, unless there is a gap between them")
    func beforeSilence() async throws {
        let log = MemoryLog([
            changed("a", "OK", at: 1), silenced("a", until: 100, at: 10), changed("a", "ALARM", at: 20),
            silenced("a", until: 200, at: 90), changed("a", "OK", at: 150), changed("a", "ALARM", at: 250),
            silenced("a", until: 900, at: 300), silenced("a", until: 310, at: 310), silenced("a", until: 400, at: 320),
            changed("a", "OK", at: 330), changed("a", "ALARM", at: 500),
        ])
        let engine = try workshop.engine(log, [Alarms()])
        try await engine.catchUp()
        try engine.read("alarms") { database throws in
            let query = AlarmQuery(database)
            let before: (UInt64) throws -> UInt64? = { try query.beforeSilence(of: "a", at: $0)?.sequence }
            #expect(try before(2) == 0 && before(4) == 0, "one silence after the other")
            #expect(try before(9) == 5, "the one before had ended")
            #expect(try before(10) == 9 && before(0) == nil, "none in force")
        }
    }

    @Test("alarms as they stood at any moment")
    func asOf() async throws {
        let engine = try workshop.engine(story, [Alarms()])
        try await engine.catchUp()
        let list: (AsOf) throws -> [String] = { point in
            try engine.read("alarms") { try AlarmQuery($0).list(asOf: point).map { "\($0.alarm) \($0.state)" } }
        }
        #expect(try list(.now) == ["a OK", "b OK"])
        #expect(try list(.sequence(3)) == ["a ALARM", "b ALARM"])
        #expect(try list(.observed(Timestamp(millisecondsSinceEpoch: 1400))) == ["a OK"])
        try engine.read("alarms") { database throws in
            let query = AlarmQuery(database)
            #expect(try query.history("b").map(\.state) == ["ALARM", "OK"])
            #expect(try query.history(asOf: .sequence(3)).count == 3)
            let at = { Timestamp(millisecondsSinceEpoch: $0) }
            #expect(try query.silence(of: "a", at: at(4999))?.reason == "moving")
            #expect(try query.silence(of: "a", at: at(5000)) == nil)
            #expect(try query.silence(of: "b", at: at(7000)) == nil)
            #expect(try query.silence(of: "b", at: at(7000), asOf: .sequence(5))?.by == "ann")
            let row = try #require(try query.current("a"))
            #expect(
                JSON.object(row.json).canonicalText
                    == #"{"alarm":"a","reason":"because","sequence":"00000000000000000004","#
                    + #""since":"1970-01-01T00:00:05.000Z","state":"OK","value":3,"was":"OK"}"#)
        }
    }
}
