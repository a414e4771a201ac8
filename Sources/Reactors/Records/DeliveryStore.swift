// reactors.sqlite: where each reactor is and what became of each notification. Derived from the reactor.* and
// notification.* events and brought up to the log's end before it is asked; deleted, it comes back the same.

import CanonicalJSON
import EventLog
import Foundation
import GRDB
import Projections

/// The derived state of reactors and notifications.
final class DeliveryStore: Sendable {
    private let log: EventLog
    private let path: String
    private let queue: DatabaseQueue
    /// Events that one transaction takes in: a log of millions is read in parts, and what was read stays.
    private let eventsAtOnce: UInt64

    /// Raised when the tables change; a file of another version is rebuilt.
    private static let version = 3

    convenience init(log: EventLog, eventsAtOnce: UInt64 = 1 << 14) throws(ReactorError) {
        try self.init(log: log, path: log.dataDirectory + "/reactors.sqlite", eventsAtOnce: eventsAtOnce)
    }

    /// As it was at a point in the past, in memory.
    convenience init(log: EventLog, asOf point: AsOf) throws(ReactorError) {
        try self.init(log: log, path: ":memory:", eventsAtOnce: 1 << 14)
        switch point {
        case .now: try catchUp()
        case .sequence(let last): try catchUp(to: last == .max ? nil : last + 1)
        case .observed(let time): try catchUp(observedBy: time)
        }
    }

    private init(log: EventLog, path: String, eventsAtOnce: UInt64) throws(ReactorError) {
        self.log = log
        self.path = path
        self.eventsAtOnce = eventsAtOnce
        queue = try Self.opened(path)
        try prepare()
    }

    /// A damaged file is no reason to stop: all of it is in the log.
    private static func opened(_ path: String) throws(ReactorError) -> DatabaseQueue {
        do {
            return try queue(path)
        } catch let error as DatabaseError where [.SQLITE_NOTADB, .SQLITE_CORRUPT].contains(error.resultCode) {
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
            do { return try queue(path) } catch { throw .store(path: path, reason: "\(error)") }
        } catch {
            throw .store(path: path, reason: "\(error)")
        }
    }

    private static func queue(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(60)
        guard path != ":memory:" else { return try DatabaseQueue(configuration: configuration) }
        configuration.journalMode = .wal
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA cache_size = -512") }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    func access<Value>(_ body: (DatabaseQueue) throws -> Value) throws(ReactorError) -> Value {
        do {
            return try body(queue)
        } catch let error as ReactorError {
            throw error
        } catch let error as LogError {
            throw .log(error)
        } catch {
            throw .store(path: path, reason: "\(error)")
        }
    }
}

// MARK: - Catching up

extension DeliveryStore {
    private static let tables = """
        CREATE TABLE checkpoint (one INTEGER PRIMARY KEY CHECK (one = 1), sequence INTEGER NOT NULL, digest TEXT NOT NULL);
        CREATE TABLE reactor (
          name TEXT PRIMARY KEY, data TEXT NOT NULL, revision INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE position (
          reactor TEXT NOT NULL, channel TEXT NOT NULL, projection TEXT NOT NULL, sequence INTEGER NOT NULL,
          PRIMARY KEY (reactor, channel, projection)
        ) WITHOUT ROWID;
        CREATE TABLE delivery (
          id TEXT PRIMARY KEY, reactor TEXT NOT NULL, channel TEXT NOT NULL, key TEXT NOT NULL, projection TEXT NOT NULL,
          change INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, state TEXT NOT NULL,
          attempts INTEGER NOT NULL, failures INTEGER NOT NULL, revision INTEGER NOT NULL, next INTEGER,
          late INTEGER NOT NULL, message TEXT, size INTEGER, type TEXT, status INTEGER, error TEXT,
          time INTEGER NOT NULL, cause TEXT
        ) WITHOUT ROWID;
        CREATE INDEX delivery_by_change ON delivery (reactor, channel, change);
        CREATE INDEX delivery_by_key ON delivery (key);
        CREATE INDEX delivery_by_subject ON delivery (reactor, channel, subject, change);
        CREATE INDEX delivery_by_state ON delivery (state, change);
        """

    private func prepare() throws(ReactorError) {
        try access { queue in
            try queue.write { db in
                if try Int.fetchOne(db, sql: "PRAGMA user_version") != Self.version { try Self.recreate(db) }
            }
        }
    }

    private static func recreate(_ db: Database) throws {
        let names = ["checkpoint", "reactor", "position", "delivery", "hold", "alarm"]
        for name in names { try db.execute(sql: "DROP TABLE IF EXISTS \(name)") }
        try db.execute(sql: tables + holdTable + alarmTable)
        try db.execute(sql: "PRAGMA user_version = \(version)")
    }

    /// Takes in what was appended since, up to `end` or the log's. Where the checkpoint is not this log's, from the start.
    func catchUp(to end: UInt64? = nil, observedBy time: Timestamp? = nil) throws(ReactorError) {
        while try !takeInPart(to: end, observedBy: time) {}
    }

    /// Takes in the next part of that, in a transaction of its own.
    ///
    /// - Returns: whether there was nothing more.
    func takeInPart(to end: UInt64? = nil, observedBy time: Timestamp? = nil) throws(ReactorError) -> Bool {
        try access { queue in
            let logEnd = try log.end()
            let end = min(end ?? logEnd, logEnd)
            if try queue.read({ try Self.checkpoint($0)?.sequence }) == end { return true }
            return try queue.write { db in try self.takeIn(db, to: end, observedBy: time) }
        }
    }

    /// Others may have taken in something since the last part: each begins at the checkpoint that it finds.
    private func takeIn(_ db: Database, to end: UInt64, observedBy time: Timestamp?) throws -> Bool {
        var start = try Self.checkpoint(db)
        if let known = start, try known.sequence > end || digest(before: known.sequence) != known.digest {
            try Self.recreate(db)
            start = nil
        }
        let from = start?.sequence ?? 0
        guard from < end else { return true }
        let partEnd = min(end, from + eventsAtOnce)
        try log.forEachBatch(from: from, to: partEnd) { batch in
            try batch.forEach { event in
                guard event.sequence >= from, event.sequence < partEnd else { return }
                if let time, event.observed > time { return }
                if event.family == "notification" { try Self.foldNotification(event, db) }
                if event.family == "reactor" { try Self.foldReactor(event, db) }
            }
            return true
        }
        try db.execute(
            sql: "INSERT OR REPLACE INTO checkpoint VALUES (1, ?, ?)",
            arguments: [Int64(partEnd), try digest(before: partEnd)])
        return partEnd == end
    }

    /// How many of the log's events have been taken in.
    func reached() throws(ReactorError) -> UInt64 {
        try access { queue in try queue.read { try Self.checkpoint($0)?.sequence ?? 0 } }
    }

    private func digest(before end: UInt64) throws -> String {
        guard end > 0, let line = try log.event(at: end - 1)?.line else { return "" }
        return Digest.sha256(Array(line.utf8)).hex
    }

    private static func checkpoint(_ db: Database) throws -> (sequence: UInt64, digest: String)? {
        guard let row = try Row.fetchOne(db, sql: "SELECT sequence, digest FROM checkpoint") else { return nil }
        return (UInt64(row[0] as Int64), row[1])
    }

    private static func foldReactor(_ event: EventView, _ db: Database) throws {
        guard event.type == "reactor.started" else { return }
        try db.execute(
            sql: "INSERT OR REPLACE INTO reactor VALUES (?, ?, ?)",
            arguments: [event.subject.string, try event.dataJSON().canonicalText, event.revision])
        // Positions are kept only as a shortcut from here; this is where they begin again.
        try db.execute(sql: "DELETE FROM position WHERE reactor = ?", arguments: [event.subject.string])
    }

    private static func foldNotification(_ event: EventView, _ db: Database) throws {
        guard let record = NotificationRecord(type: event.type.string, data: try event.dataJSON()) else { return }
        let state: DeliveryState =
            switch record.kind {
            case .delivered: .delivered
            case .failed, .retried, .prepared: .failed
            case .parked: .parked
            case .held: .held
            }
        let notification = record.notification
        let next = record.kind == .retried ? event.observed : record.next
        try db.cachedStatement(sql: upsert).execute(arguments: [
            notification.id, notification.reactor, notification.channel, notification.key,
            notification.change.projection, Int64(clamping: notification.change.sequence), notification.change.kind,
            notification.change.subject, state.rawValue, record.attempts, record.kind == .failed ? 1 : 0,
            event.revision, next?.millisecondsSinceEpoch, record.isLate, record.message?.digest.hex,
            record.message?.size, record.message?.type, record.status, record.error,
            event.observed.millisecondsSinceEpoch, event.causation?.string,
        ])
        try foldHold(record, event, db)
    }

    /// Of an earlier try there remain its message and, while tries fail in a row, their number.
    private static let upsert = """
        INSERT INTO delivery VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
        ON CONFLICT (id) DO UPDATE SET state = excluded.state, attempts = excluded.attempts,
          failures = CASE excluded.failures WHEN 0 THEN 0 ELSE failures + 1 END, revision = excluded.revision,
          next = excluded.next, late = excluded.late, message = coalesce(excluded.message, message),
          size = coalesce(excluded.size, size), type = coalesce(excluded.type, type), status = excluded.status,
          error = excluded.error, time = excluded.time, cause = coalesce(excluded.cause, cause)
        """
}

// MARK: - Asking

extension DeliveryStore {
    func reactors() throws(ReactorError) -> [String: StartedReactor] {
        try access { queue in
            try queue.read { db in
                var found: [String: StartedReactor] = [:]
                for row in try Row.fetchAll(db, sql: "SELECT name, data, revision FROM reactor") {
                    guard let data = try? JSON.parse(row[1] as String) else { continue }
                    found[row[0]] = StartedReactor(data, revision: row[2])
                }
                return found
            }
        }
    }

    /// By projection: all changes before this have been considered, and those chosen have a record in the log. Empty
    /// where only the reactor's start is known.
    func positions(_ reactor: String, _ channel: String) throws(ReactorError) -> [String: UInt64] {
        try access { queue in
            try queue.read { db in
                let rows = try Row.fetchAll(
                    db, sql: "SELECT projection, sequence FROM position WHERE reactor = ? AND channel = ?",
                    arguments: [reactor, channel])
                return Dictionary(rows.map { ($0[0], UInt64($0[1] as Int64)) }, uniquingKeysWith: { _, last in last })
            }
        }
    }

    func save(_ reactor: String, _ channel: String, _ positions: [(String, UInt64)]) throws(ReactorError) {
        try access { queue in
            try queue.write { db in
                for (projection, sequence) in positions {
                    try db.cachedStatement(sql: "INSERT OR REPLACE INTO position VALUES (?, ?, ?, ?)")
                        .execute(arguments: [reactor, channel, projection, Int64(clamping: sequence)])
                }
            }
        }
    }

    /// The ids that have a record, among those of one route that tell of these sequences.
    func recorded(
        _ reactor: String, _ channel: String, _ changes: ClosedRange<UInt64>
    ) throws(ReactorError) -> Set<String> {
        try access { queue in
            try queue.read { db in
                try String.fetchSet(
                    db,
                    sql: "SELECT id FROM delivery WHERE reactor = ? AND channel = ? AND change BETWEEN ? AND ?",
                    arguments: [
                        reactor, channel, Int64(clamping: changes.lowerBound), Int64(clamping: changes.upperBound),
                    ])
            }
        }
    }

    /// What is still to be tried, in the order of changes; what gathers several stands where the first of them does.
    func unsettled() throws(ReactorError) -> [Delivery] {
        try fetch(
            """
            WHERE state = 'failed' ORDER BY coalesce(
              (SELECT min(told.change) FROM hold JOIN delivery told ON told.id = hold.id WHERE told_in = delivery.id), change), id
            """, [])
    }

    /// By delivery id, or by idempotency key, under which there is one for each channel.
    func named(_ name: String) throws(ReactorError) -> [Delivery] {
        try fetch("WHERE id = ? OR key = ? ORDER BY channel", [name, name])
    }

    /// Those whose id begins so, at most two.
    func beginning(_ name: String) throws(ReactorError) -> [Delivery] {
        // Ids are of hexadecimal digits, which all come before this.
        try fetch("WHERE id >= ? AND id < ? ORDER BY id LIMIT 2", [name, name + "g"])
    }

    func all(
        state: DeliveryState?, reactor: String?, channel: String?, limit: Int?
    ) throws(ReactorError) -> [Delivery] {
        try fetch(
            """
            WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR reactor = ?2) AND (?3 IS NULL OR channel = ?3)
            ORDER BY change DESC, id DESC LIMIT ?4
            """, [state?.rawValue, reactor, channel, limit ?? -1]
        ).reversed()
    }

    private func fetch(_ condition: String, _ arguments: StatementArguments) throws(ReactorError) -> [Delivery] {
        try access { queue in
            try queue.read { db in
                let rows = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT reactor, channel, projection, change, kind, subject, state, attempts, failures, revision,
                        next, late, message, size, type, status, error, time, cause,
                        (SELECT reason FROM hold WHERE hold.id = delivery.id),
                        (SELECT until FROM hold WHERE hold.id = delivery.id),
                        (SELECT told_in FROM hold WHERE hold.id = delivery.id),
                        (SELECT nullif(count(*), 0) FROM hold WHERE told_in = delivery.id)
                        FROM delivery \(condition)
                        """, arguments: arguments)
                return rows.compactMap(Delivery.init)
            }
        }
    }
}

extension Delivery {
    fileprivate init?(_ row: Row) {
        guard let state = DeliveryState(rawValue: row[6]) else { return nil }
        notification = NotificationKey(
            reactor: row[0], channel: row[1],
            change: ChangeName(
                projection: row[2], sequence: UInt64(row[3] as Int64), kind: row[4], subject: row[5]))
        self.state = state
        attempts = row[7]
        failures = row[8]
        revision = row[9]
        next = (row[10] as Int64?).map { Timestamp(millisecondsSinceEpoch: $0) }
        isLate = row[11]
        if let digest = (row[12] as String?).flatMap(Digest.init(hex:)) {
            message = NotificationRecord.Message(digest: digest, size: row[13] ?? 0, type: row[14] ?? "")
        } else {
            message = nil
        }
        status = row[15]
        error = row[16]
        time = Timestamp(millisecondsSinceEpoch: row[17])
        cause = row[18]
        if let reason = (row[19] as String?).flatMap(Damping.Reason.init), let until = row[20] as Int64? {
            hold = Hold(reason: reason, until: Timestamp(millisecondsSinceEpoch: until), toldIn: row[21])
        } else {
            hold = nil
        }
        gathers = row[22]
    }
}
