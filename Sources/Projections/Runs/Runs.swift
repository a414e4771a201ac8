// `runs`: how every look of every watch went, and how the watch stood after it.

import CanonicalJSON
import EventLog

/// The projection of runs. Each row holds its watch's record after the run, so that the newest row of a watch, now or as
/// of any moment, says all that `status` tells.
public struct Runs: Projection {
    public let name = "runs"
    public let version = 2
    /// Collections count towards the items that are present; watches may be renamed.
    public let families: Set<String> = Set(KeyedCollection.kinds.map(\.family) + ["run", "watch"])

    public init() {}

    public func createTables(_ database: Connection) throws {
        try database.execute(
            """
            \(NameTable.definition)
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
        if event.type == NameTable.eventType { return try rename(event, context.database) }
        if event.type.raw.hasSuffix(".observed") { return try count(event, isPresent: true, context.database) }
        if event.type.raw.hasSuffix(".absent") { return try count(event, isPresent: false, context.database) }
    }

    private func run(_ event: EventView, _ context: inout FoldContext) throws {
        guard let outcome = RunOutcome(event) else { return }
        _ = try CanonicalMembers(event.data)
        let watch = TextInPlace(event.subject.raw)
        let database = context.database
        let before = try database.first(
            """
            SELECT outcome, failures_in_a_row, last_good FROM runs
            WHERE watch = coalesce((SELECT watch FROM names WHERE former = ?1), ?1) ORDER BY sequence DESC LIMIT 1
            """, watch
        ) { RunRecord($0) }
        let (record, kind) = RunRecord.after(before, outcome: outcome, at: event.observed)
        try database.run(
            """
            INSERT INTO runs (sequence, watch, time, event, outcome, failures_in_a_row, last_good, items, report)
            SELECT ?1, name, ?3, ?4, ?5, ?6, ?7, coalesce((SELECT items FROM counts WHERE watch = name), 0), ?8
            FROM (SELECT coalesce((SELECT watch FROM names WHERE former = ?2), ?2) AS name)
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
            try database.run(
                """
                INSERT OR IGNORE INTO present (watch, key)
                VALUES (coalesce((SELECT watch FROM names WHERE former = ?1), ?1), ?2)
                """, watch, TextInPlace(place.key))
        } else {
            try database.run(
                """
                DELETE FROM present
                WHERE watch = coalesce((SELECT watch FROM names WHERE former = ?1), ?1) AND key = ?2
                """, watch, TextInPlace(place.key))
        }
        guard database.changedRows > 0 else { return }
        try database.run(
            """
            INSERT INTO counts (watch, items) VALUES (coalesce((SELECT watch FROM names WHERE former = ?1), ?1), ?2)
            ON CONFLICT (watch) DO UPDATE SET items = items + ?2
            """, watch, isPresent ? 1 : -1)
    }

    /// The runs go on under the new name, and so does the count of what is present.
    private func rename(_ event: EventView, _ database: Connection) throws {
        guard let former = try NameTable(database).rename(event) else { return }
        let name = TextInPlace(event.subject.raw)
        try former.withUnsafeBytes { former in
            let former = TextInPlace(former)
            try database.run("UPDATE runs SET watch = ? WHERE watch = ?", name, former)
            try database.run("UPDATE OR IGNORE present SET watch = ? WHERE watch = ?", name, former)
            try database.run("DELETE FROM present WHERE watch = ?", former)
            try database.run("DELETE FROM counts WHERE watch = ?", former)
            try database.run(
                "INSERT OR REPLACE INTO counts (watch, items) SELECT ?1, count(*) FROM present WHERE watch = ?1", name)
        }
    }

    public func describe(_ change: EmittedChange, detail: [UInt8], in database: Connection) throws -> JSONMembers {
        guard let row = try RunQuery(database).run(at: change.position.sequence) else { return [] }
        let report = try row.reportJSON
        var members: JSONMembers = [
            // As it was called then, as the subject has it.
            ("watch", .string(change.subject)), ("outcome", .string(row.outcome.rawValue)),
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
    func hasSuffix(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { suffix($0.count).elementsEqual($0) }
    }
}
