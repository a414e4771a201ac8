// `alarms`: every change of every alarm's state, and every silence.

import CanonicalJSON
import EventLog

/// The projection of alarms. It evaluates nothing: what an alarm came to was decided when it was due, and is an event.
public struct Alarms: Projection {
    public let name = "alarms"
    public let version = 1
    public let families: Set<String> = ["alarm"]

    public init() {}

    public func createTables(_ database: Connection) throws {
        try database.execute(
            """
            CREATE TABLE transitions (
              sequence INTEGER PRIMARY KEY, alarm TEXT NOT NULL, time INTEGER NOT NULL, state TEXT NOT NULL,
              data TEXT NOT NULL,  -- the event's
              silenced INTEGER     -- the silence that was in force, by its sequence
            );
            CREATE INDEX transitions_by_alarm ON transitions (alarm, sequence);
            CREATE TABLE silences (
              sequence INTEGER PRIMARY KEY, alarm TEXT NOT NULL, time INTEGER NOT NULL, until INTEGER NOT NULL,
              reason TEXT NOT NULL, by TEXT NOT NULL
            );
            CREATE INDEX silences_by_alarm ON silences (alarm, sequence);
            """)
    }

    public func fold(_ event: EventView, into context: inout FoldContext) throws {
        if event.type == "alarm.changed" { return try changed(event, &context) }
        if event.type == "alarm.silenced" { return try silenced(event, context.database) }
    }

    private func changed(_ event: EventView, _ context: inout FoldContext) throws {
        let alarm = TextInPlace(event.subject.raw)
        let database = context.database
        guard let state = try event.dataJSON()["state"]?.stringValue else {
            throw FoldError("its data does not say `state`")
        }
        let isFirst =
            try database.first("SELECT 1 FROM transitions WHERE alarm = ? LIMIT 1", alarm, read: { _ in true }) == nil
        let silence = try database.first(
            "SELECT sequence, until FROM silences WHERE alarm = ? ORDER BY sequence DESC LIMIT 1", alarm
        ) { (sequence: $0.sequence(0), until: $0.time(1)) }
        // By when it was recorded: that is when somebody would be told.
        let inForce = silence.flatMap { event.recorded < $0.until ? $0.sequence : nil }
        try database.run(
            "INSERT INTO transitions (sequence, alarm, time, state, data, silenced) VALUES (?, ?, ?, ?, ?, ?)",
            event.sequence, alarm, event.observed, state, TextInPlace(event.data), inForce)
        // That a new alarm finds all in order is no news.
        guard !(isFirst && state == "OK") else { return }
        try context.emit("alarm.changed", subject: event.subject.raw, origin: Origin.imported(event) ?? .live)
    }

    private func silenced(_ event: EventView, _ database: Connection) throws {
        let data = try event.dataJSON()
        guard let until = data["until"]?.stringValue.flatMap({ Timestamp($0) }) else {
            throw FoldError("its data does not say `until`")
        }
        try database.run(
            "INSERT INTO silences (sequence, alarm, time, until, reason, by) VALUES (?, ?, ?, ?, ?, ?)", event.sequence,
            TextInPlace(event.subject.raw), event.observed, until, data["reason"]?.stringValue ?? "",
            data["by"]?.stringValue ?? "")
    }

    public func describe(_ change: EmittedChange, detail: [UInt8], in database: Connection) throws -> JSONMembers {
        guard let row = try AlarmQuery(database).transition(at: change.position.sequence) else { return [] }
        var members: JSONMembers = [("alarm", .string(change.subject))]
        members += (row.data.objectValue?.members ?? []).map { ($0.key, $0.value) }
        if let silence = row.silence { members.append(("silenced", silence.json)) }
        return members
    }
}
