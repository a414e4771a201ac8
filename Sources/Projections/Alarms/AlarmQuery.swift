// Questions to `alarms`, as of any moment.

import CanonicalJSON
import EventLog

/// An alarm's state, and since when.
public struct AlarmRow: Sendable {
    public let alarm: String
    public let sequence: UInt64
    public let time: Timestamp
    public let state: String
    /// The event's data.
    public let data: JSON
    /// The silence that was in force when it came to it.
    public let silence: AlarmSilence?

    public var reason: String { data["reason"]?.stringValue ?? "" }

    /// `{"alarm","state","since","reason","value"?,"was","sequence"}`
    public var json: JSONObject {
        var row = JSONObject([
            ("alarm", .string(alarm)), ("state", .string(state)), ("since", .string(time.description)),
            ("reason", .string(reason)), ("sequence", .string(sequenceText(sequence))),
        ])
        row["value"] = data["value"]
        row["was"] = data["was"]
        return row
    }
}

/// A time in which an alarm tells nobody.
public struct AlarmSilence: Sendable, Equatable {
    public let until: Timestamp
    public let reason: String
    public let by: String

    public var json: JSON {
        ["until": .string(until.description), "reason": .string(reason), "by": .string(by)]
    }
}

/// Reads the tables of `alarms`, inside `ProjectionEngine.read`.
public struct AlarmQuery {
    private let database: Connection

    public init(_ database: Connection) { self.database = database }

    /// The state of every alarm that ever changed, by name in the order of bytes.
    public func list(asOf: AsOf = .now) throws -> [AlarmRow] {
        var names: [String] = []
        try database.forEach("SELECT DISTINCT alarm FROM transitions ORDER BY alarm") { names.append($0.text(0)) }
        return try names.compactMap { try current($0, asOf: asOf) }
    }

    /// An alarm's newest change; nil where it has had none.
    public func current(_ alarm: String, asOf: AsOf = .now) throws -> AlarmRow? {
        try rows(of: alarm, asOf, limit: 1).first
    }

    /// The changes of one alarm, or of all, oldest first.
    public func history(_ alarm: String? = nil, asOf: AsOf = .now) throws -> [AlarmRow] {
        let limits = asOf.limits
        var rows: [AlarmRow] = []
        try database.forEach(
            """
            SELECT t.sequence, t.alarm, t.time, t.state, t.data, s.until, s.reason, s.by
            FROM transitions t LEFT JOIN silences s ON s.sequence = t.silenced
            WHERE (?1 IS NULL OR t.alarm = ?1) AND t.sequence <= ?2 AND t.time <= ?3 ORDER BY t.sequence
            """, alarm, limits.sequence, limits.time
        ) { rows.append(try AlarmRow($0)) }
        return rows
    }

    /// The silence of an alarm that is in force at a moment.
    public func silence(of alarm: String, at moment: Timestamp, asOf: AsOf = .now) throws -> AlarmSilence? {
        let limits = asOf.limits
        let newest = try database.first(
            """
            SELECT until, reason, by FROM silences WHERE alarm = ? AND sequence <= ? AND time <= ?
            ORDER BY sequence DESC LIMIT 1
            """, alarm, limits.sequence, limits.time
        ) { AlarmSilence(until: $0.time(0), reason: $0.text(1), by: $0.text(2)) }
        return newest.flatMap { moment < $0.until ? $0 : nil }
    }

    /// How an alarm stood before the silence that is in force at an event, by its last change then; silences that follow each other
    /// without a gap are one. Where none is in force, how it stood before the event.
    package func beforeSilence(of alarm: String, at sequence: UInt64) throws -> AlarmRow? {
        guard try transition(at: sequence)?.silence != nil else { return try last(alarm, before: sequence) }
        var silences: [(sequence: UInt64, time: Timestamp, until: Timestamp)] = []
        try database.forEach(
            "SELECT sequence, time, until FROM silences WHERE alarm = ? AND sequence < ? ORDER BY sequence DESC", alarm,
            sequence
        ) { silences.append(($0.sequence(0), $0.time(1), $0.time(2))) }
        var start = sequence
        for (index, silence) in silences.enumerated() {
            if index > 0, silence.until <= silences[index - 1].time { break }
            start = silence.sequence
        }
        return try last(alarm, before: start)
    }

    private func last(_ alarm: String, before start: UInt64) throws -> AlarmRow? {
        start == 0 ? nil : try current(alarm, asOf: .sequence(start - 1))
    }

    package func transition(at sequence: UInt64) throws -> AlarmRow? {
        try database.first(
            """
            SELECT t.sequence, t.alarm, t.time, t.state, t.data, s.until, s.reason, s.by
            FROM transitions t LEFT JOIN silences s ON s.sequence = t.silenced WHERE t.sequence = ?
            """, sequence
        ) { try AlarmRow($0) }
    }

    private func rows(of alarm: String, _ asOf: AsOf, limit: Int) throws -> [AlarmRow] {
        let limits = asOf.limits
        var rows: [AlarmRow] = []
        try database.forEach(
            """
            SELECT t.sequence, t.alarm, t.time, t.state, t.data, s.until, s.reason, s.by
            FROM transitions t LEFT JOIN silences s ON s.sequence = t.silenced
            WHERE t.alarm = ?1 AND t.sequence <= ?2 AND t.time <= ?3 ORDER BY t.sequence DESC LIMIT ?4
            """, alarm, limits.sequence, limits.time, limit
        ) { rows.append(try AlarmRow($0)) }
        return rows
    }
}

extension AlarmRow {
    fileprivate init(_ row: ResultRow) throws {
        let silence = row.optional(5) { row, column in
            AlarmSilence(until: row.time(column), reason: row.text(6), by: row.text(7))
        }
        self.init(
            alarm: row.text(1), sequence: row.sequence(0), time: row.time(2), state: row.text(3),
            data: try JSON.parse(row.array(4)), silence: silence)
    }
}
