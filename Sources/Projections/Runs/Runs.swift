// `runs`: how every look of every watch went, and how the watch stood after it.

import CanonicalJSON
import EventLog

/// The projection of runs. Each row holds its watch's record after the run, so that the newest row of a watch, now or as
/// of any moment, says all that `status` tells.
public struct Runs: Projection {
    public let name = "runs"
    public let version = 2
    /// Collections count towards the items that are present.
    public let families: Set<String> = Set(KeyedCollection.kinds.map(\.family) + ["run"])

    public init() {}

    public func createTables(_ database: Connection) throws {
        try database.execute(
            """
            CREATE TABLE runs (
              sequence INTEGER PRIMARY KEY, watch TEXT NOT NULL, time INTEGER NOT NULL, event TEXT NOT NULL,
              outcome TEXT NOT NULL, failures_in_a_row INTEGER NOT NULL, last_good INTEGER,
              items INTEGER NOT NULL,  -- present after this run
              report TEXT NOT NULL     -- the event's data
            );
            CREATE INDEX runs_by_watch ON runs (watch, sequence);
            CREATE TABLE present (watch TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (watch, key)) WITHOUT ROWID;
            CREATE TABLE counts (watch TEXT PRIMARY KEY, items INTEGER NOT NULL) WITHOUT ROWID;
            """)
    }

    public func createIndexes(_ database: Connection) throws {
        try database.execute("CREATE INDEX runs_by_time ON runs (watch, time)")
    }

    public func fold(_ event: EventView, into context: inout FoldContext) throws {
        if event.family.raw.elementsEqual("run".utf8) { return try run(event, &context) }
        if event.type.raw.hasSuffix(".observed") { return try count(event, isPresent: true, context.database) }
        if event.type.raw.hasSuffix(".absent") { return try count(event, isPresent: false, context.database) }
    }

    private func run(_ event: EventView, _ context: inout FoldContext) throws {
        let type = event.type.raw
        guard let outcome = RunOutcome.allCases.first(where: { type.elementsEqual("run.\($0.rawValue)".utf8) }) else {
            return
        }
        _ = try CanonicalMembers(event.data)
        let watch = TextInPlace(event.subject.raw)
        let database = context.database
        let before = try database.first(
            """
            SELECT outcome, failures_in_a_row, last_good FROM runs WHERE watch = ? ORDER BY sequence DESC LIMIT 1
            """, watch
        ) { RunRecord($0) }
        let (record, kind) = RunRecord.after(before, outcome: outcome, at: event.observed)
        try database.run(
            """
            INSERT INTO runs (sequence, watch, time, event, outcome, failures_in_a_row, last_good, items, report)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, coalesce((SELECT items FROM counts WHERE watch = ?2), 0), ?8)
            """, event.sequence, watch, event.observed, TextInPlace(event.id.raw), outcome.rawValue,
            record.failuresInARow, record.lastGood, TextInPlace(event.data))
        if let kind {
            try context.emit(kind, subject: event.subject.raw, origin: Origin.imported(event) ?? .live)
        }
    }

    private func count(_ event: EventView, isPresent: Bool, _ database: Connection) throws {
        let place = try ItemPlace(subject: event.subject.raw)
        let watch = TextInPlace(place.watch)
        if isPresent {
            try database.run("INSERT OR IGNORE INTO present (watch, key) VALUES (?, ?)", watch, TextInPlace(place.key))
        } else {
            try database.run("DELETE FROM present WHERE watch = ? AND key = ?", watch, TextInPlace(place.key))
        }
        guard database.changedRows > 0 else { return }
        try database.run(
            """
            INSERT INTO counts (watch, items) VALUES (?1, ?2) ON CONFLICT (watch) DO UPDATE SET items = items + ?2
            """, watch, isPresent ? 1 : -1)
    }

    public func describe(_ change: EmittedChange, detail: [UInt8], in database: Connection) throws -> JSONMembers {
        guard let row = try RunQuery(database).run(at: change.position.sequence) else { return [] }
        let report = try row.reportJSON
        var members: JSONMembers = [
            ("watch", .string(row.watch)), ("outcome", .string(row.outcome.rawValue)),
            ("failuresInARow", JSON(row.failuresInARow)), ("items", JSON(row.items)),
        ]
        if let lastGood = row.lastGood { members.append(("lastGood", .string(lastGood.description))) }
        for name in ["error", "failures", "suspicions", "observed"] {
            if let value = report[name] { members.append((name, value)) }
        }
        return members
    }
}

extension RunRecord {
    fileprivate init(_ row: ResultRow) {
        self.init(
            outcome: RunOutcome(rawValue: row.text(0)) ?? .failed, failuresInARow: row.int(1),
            lastGood: row.optional(2) { $0.time($1) })
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func hasSuffix(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { suffix($0.count).elementsEqual($0) }
    }
}
