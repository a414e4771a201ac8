// What reactors.sqlite knows of changes that are held back: which are due together, and which message told them.

import EventLog
import GRDB

/// A change that is held, by its delivery.
struct HeldChange: Sendable {
    let id: String
    let name: ChangeName
    /// The sequence of the record that it is held.
    let sequence: UInt64
    /// When that was.
    let time: Timestamp
}

extension DeliveryStore {
    /// `subject` is what is folded; without one, all of the reactor's are gathered.
    static let holdTable = """
        CREATE TABLE hold (
          id TEXT PRIMARY KEY, reactor TEXT NOT NULL, channel TEXT NOT NULL, subject TEXT, reason TEXT NOT NULL,
          until INTEGER NOT NULL, sequence INTEGER NOT NULL, time INTEGER NOT NULL, told_in TEXT
        ) WITHOUT ROWID;
        CREATE INDEX hold_open ON hold (reactor, channel, subject, sequence) WHERE told_in IS NULL;
        CREATE INDEX hold_by_message ON hold (told_in) WHERE told_in IS NOT NULL;
        """

    static func foldHold(_ record: NotificationRecord, _ event: EventView, _ db: Database) throws {
        if record.kind == .held, let reason = record.hold {
            let notification = record.notification
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO hold VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)")
                .execute(arguments: [
                    notification.id, notification.reactor, notification.channel,
                    reason.isOfSubject ? notification.change.subject : nil, reason.rawValue,
                    (record.next ?? event.observed).millisecondsSinceEpoch, Int64(clamping: event.sequence),
                    event.observed.millisecondsSinceEpoch,
                ])
        } else if event.revision > 1 {
            // By what was recorded of it since, it is held no longer, or for good.
            try db.cachedStatement(sql: "DELETE FROM hold WHERE id = ? AND told_in IS NULL")
                .execute(arguments: [record.notification.id])
        }
        for id in record.gathers {
            try db.cachedStatement(sql: "UPDATE hold SET told_in = ? WHERE id = ?")
                .execute(arguments: [record.notification.id, id])
        }
    }

    /// A group that is held on a route.
    typealias OpenGroup = (reactor: String, channel: String, subject: String?, group: Damping.Group, size: Int)

    func openGroups() throws(ReactorError) -> [OpenGroup] {
        try access { queue in
            try queue.read { db in
                try Row.fetchAll(
                    db,
                    // All of a group have the first one's reason.
                    sql: """
                        SELECT reactor, channel, subject, max(reason), min(time), max(until), count(*) FROM hold
                        WHERE told_in IS NULL GROUP BY reactor, channel, subject, reason = 'silenced'
                        """
                ).compactMap { row in
                    guard let reason = Damping.Reason(rawValue: row[3]) else { return nil }
                    let group = Damping.Group(
                        reason: reason, since: Timestamp(millisecondsSinceEpoch: row[4]),
                        until: Timestamp(millisecondsSinceEpoch: row[5]))
                    return (row[0], row[1], row[2], group, row[6])
                }
            }
        }
    }

    /// The first so many of a group, in the order in which they were held.
    func held(
        _ reactor: String, _ channel: String, subject: String?, areSilenced: Bool = false, limit: Int
    ) throws(ReactorError) -> [HeldChange] {
        try held(
            "hold.told_in IS NULL AND hold.reactor = ? AND hold.channel = ? AND hold.subject IS ? AND (reason = 'silenced') = ?",
            [reactor, channel, subject, areSilenced], limit: limit)
    }

    /// Those that a message tells, in their order.
    func told(in id: String) throws(ReactorError) -> [HeldChange] {
        try held("hold.told_in = ?", [id], limit: -1)
    }

    private func held(
        _ condition: String, _ arguments: StatementArguments, limit: Int
    ) throws(ReactorError) -> [HeldChange] {
        try access { queue in
            try queue.read { db in
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT hold.id, projection, change, kind, delivery.subject, sequence, hold.time
                        FROM hold JOIN delivery ON delivery.id = hold.id
                        WHERE \(condition) ORDER BY sequence LIMIT ?
                        """, arguments: arguments + [limit]
                ).map { row in
                    HeldChange(
                        id: row[0],
                        name: ChangeName(
                            projection: row[1], sequence: UInt64(row[2] as Int64), kind: row[3], subject: row[4]),
                        sequence: UInt64(row[5] as Int64), time: Timestamp(millisecondsSinceEpoch: row[6]))
                }
            }
        }
    }

    /// The sequence of the newest change of a subject that a route has told, or tried to, of those like this one.
    func newestTold(
        _ reactor: String, _ channel: String, _ name: ChangeName
    ) throws(ReactorError) -> UInt64? {
        try access { queue in
            try queue.read { db in
                try Int64.fetchOne(
                    db,
                    sql: """
                        SELECT max(change) FROM delivery
                        WHERE reactor = ? AND channel = ? AND subject = ? AND projection = ? AND kind = ? AND state <> 'held'
                        """,
                    arguments: [reactor, channel, name.subject, name.projection, name.kind]
                ).map { UInt64($0) }
            }
        }
    }

    /// The sequences of the newest changes of a subject before one, of those that a route has a record of.
    func earlier(
        _ reactor: String, _ channel: String, _ subject: String, before sequence: UInt64, limit: Int
    ) throws(ReactorError) -> [UInt64] {
        try access { queue in
            try queue.read { db in
                try Int64.fetchAll(
                    db,
                    sql: """
                        SELECT change FROM delivery
                        WHERE reactor = ? AND channel = ? AND subject = ? AND change < ? AND projection <> ?
                        ORDER BY change DESC LIMIT ?
                        """,
                    arguments: [
                        reactor, channel, subject, Int64(clamping: sequence), GatheredChanges.projection, limit,
                    ]
                ).map { UInt64($0) }
            }
        }
    }
}
