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

    func alarmProgress() throws(ReactorError) -> [String: AlarmProgress] {
        try access { queue in
            try queue.read { db in
                var found: [String: AlarmProgress] = [:]
                for row in try Row.fetchAll(db, sql: "SELECT name, rule, evaluated, sequence FROM alarm") {
                    guard let rule = Digest(hex: row[1]) else { continue }
                    found[row[0]] = AlarmProgress(
                        rule: rule, evaluated: Timestamp(millisecondsSinceEpoch: row[2]),
                        sequence: UInt64(row[3] as Int64))
                }
                return found
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
