// Questions to `runs`, as of any moment.

import CanonicalJSON
import EventLog

/// A run, and how its watch stood after it.
public struct RunRow: Sendable, Equatable {
    public let watch: String
    public let sequence: UInt64
    public let time: Timestamp
    /// The run event's id, `RUN.N`.
    public let event: String
    public let outcome: RunOutcome
    /// How many failed runs there had been without one in between that was understood.
    public let failuresInARow: Int
    /// The time of the last completed run; that may be this one.
    public let lastGood: Timestamp?
    /// How many of the watch's items were present.
    public let items: Int
    /// The run event's data: canonical JSON.
    public let report: [UInt8]

    /// What the run event says: counts, duration, failures, suspicions.
    public var reportJSON: JSON {
        get throws { try JSON.parse(report) }
    }

    /// What went wrong, where the run says it.
    public var error: String? { (try? reportJSON)?["error"]?.stringValue }

    /// The watch's kind, where the run says it.
    public var kind: String? { (try? reportJSON)?["kind"]?.stringValue }

    /// What `status` shows of a watch, but for what only the configuration knows:
    /// `{"watch","kind"?,"lastRun","outcome","items","failuresInARow","lastGood"?,"error"?,"sequence"}`.
    public var statusMembers: JSONObject {
        var members = JSONObject([
            ("watch", .string(watch)), ("lastRun", .string(time.description)), ("outcome", .string(outcome.rawValue)),
            ("items", JSON(items)), ("failuresInARow", JSON(failuresInARow)),
            ("sequence", .string(sequenceText(sequence))),
        ])
        members["kind"] = kind.map { .string($0) }
        members["lastGood"] = lastGood.map { .string($0.description) }
        members["error"] = error.map { .string($0) }
        return members
    }
}

/// Reads the tables of `runs`, inside `ProjectionEngine.read`.
public struct RunQuery {
    private let database: Connection

    public init(_ database: Connection) { self.database = database }

    /// The newest run of every watch that has had one, by watch in the order of bytes.
    public func watches(asOf: AsOf = .now) throws -> [RunRow] {
        var names: [String] = []
        // A seek in the index for each watch; DISTINCT would walk over every run there ever was.
        try database.forEach(
            """
            WITH RECURSIVE names (watch) AS (
              SELECT min(watch) FROM runs
              UNION ALL SELECT (SELECT min(watch) FROM runs WHERE watch > names.watch) FROM names
              WHERE names.watch IS NOT NULL
            )
            SELECT watch FROM names WHERE watch IS NOT NULL
            """
        ) { names.append($0.text(0)) }
        return try names.compactMap { try runs(of: $0, asOf: asOf, limit: 1).first }
    }

    /// The runs of a watch, newest first.
    public func runs(of watch: String, asOf: AsOf = .now, limit: Int) throws -> [RunRow] {
        var rows: [RunRow] = []
        let watch = try NameTable(database).resolved(watch)
        let limits = asOf.limits
        if case .observed = asOf {
            try database.forEach(
                """
                SELECT watch, sequence, time, event, outcome, failures_in_a_row, last_good, items, report FROM runs
                WHERE watch = ? AND time <= ? ORDER BY time DESC, sequence DESC LIMIT ?
                """, watch, limits.time, limit
            ) { rows.append(RunRow($0)) }
        } else {
            try database.forEach(
                """
                SELECT watch, sequence, time, event, outcome, failures_in_a_row, last_good, items, report FROM runs
                WHERE watch = ? AND sequence <= ? ORDER BY sequence DESC LIMIT ?
                """, watch, limits.sequence, limit
            ) { rows.append(RunRow($0)) }
        }
        return rows
    }

    func run(at sequence: UInt64) throws -> RunRow? {
        try database.first(
            """
            SELECT watch, sequence, time, event, outcome, failures_in_a_row, last_good, items, report FROM runs
            WHERE sequence = ?
            """, sequence
        ) { RunRow($0) }
    }
}

extension RunRow {
    fileprivate init(_ row: ResultRow) {
        self.init(
            watch: row.text(0), sequence: row.sequence(1), time: row.time(2), event: row.text(3),
            outcome: RunOutcome(rawValue: row.text(4)) ?? .failed, failuresInARow: row.int(5),
            lastGood: row.optional(6) { $0.time($1) }, items: row.int(7), report: row.array(8))
    }
}
