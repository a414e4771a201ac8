// Up to where alarms have been evaluated, so that a process that begins need not go over the past again. Kept in reactors.sqlite;
// lost, evaluation begins at each alarm's last change and comes to the same.

import EventLog
import GRDB

/// How far one alarm has come.
struct AlarmProgress: Sendable, Equatable {
    /// Of the rule that it was evaluated by.
    let rule: Digest
    let evaluated: Timestamp
    /// The datapoints of events before this were known.
    let sequence: UInt64
}

extension DeliveryStore {
    static let alarmTable = """
        CREATE TABLE alarm (
          name TEXT PRIMARY KEY, rule TEXT NOT NULL, evaluated INTEGER NOT NULL, sequence INTEGER NOT NULL
        ) WITHOUT ROWID;
        """

    func alarmProgress(_ name: String) throws(ReactorError) -> AlarmProgress? {
        try access { queue in
            try queue.read { db in
                let row = try Row.fetchOne(
                    db, sql: "SELECT rule, evaluated, sequence FROM alarm WHERE name = ?", arguments: [name])
                guard let row, let rule = Digest(hex: row[0]) else { return nil }
                return AlarmProgress(
                    rule: rule, evaluated: Timestamp(millisecondsSinceEpoch: row[1]), sequence: UInt64(row[2] as Int64))
            }
        }
    }

    func save(_ progress: [(name: String, AlarmProgress)]) throws(ReactorError) {
        try access { queue in
            try queue.write { db in
                for (name, progress) in progress {
                    try db.cachedStatement(sql: "INSERT OR REPLACE INTO alarm VALUES (?, ?, ?, ?)").execute(
                        arguments: [
                            name, progress.rule.hex, progress.evaluated.millisecondsSinceEpoch,
                            Int64(clamping: progress.sequence),
                        ])
                }
            }
        }
    }
}
