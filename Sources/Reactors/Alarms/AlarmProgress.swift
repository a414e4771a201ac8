// Up to where alarms have been evaluated, so that a process that begins need not go over the past again. Kept in reactors.sqlite;
// lost, evaluation begins at each alarm's last change and comes to the same.

import EventLog
import GRDB

/// How far one alarm has come.
struct AlarmProgress: Sendable, Equatable {
    /// Of the rule that it was evaluated by; nil once it was not evaluated any more, since it was left out of the configuration.
    let rule: Digest?
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
                return row.map { row in
                    AlarmProgress(
                        rule: Digest(hex: row[0]), evaluated: Timestamp(millisecondsSinceEpoch: row[1]),
                        sequence: UInt64(row[2] as Int64))
                }
            }
        }
    }

    func save(_ progress: [(name: String, AlarmProgress)]) throws(ReactorError) {
        try access { queue in
            try queue.write { db in
                for (name, progress) in progress {
                    try db.cachedStatement(sql: "INSERT OR REPLACE INTO alarm VALUES (?, ?, ?, ?)").execute(
                        arguments: [
                            name, progress.rule?.hex ?? "", progress.evaluated.millisecondsSinceEpoch,
                            Int64(clamping: progress.sequence),
                        ])
                }
            }
        }
    }

    /// Alarms other than these are evaluated no more. One that comes back begins anew, and does not go over the time in between.
    func endAlarms(but names: [String]) throws(ReactorError) {
        let kept = Set(names.map { Array($0.utf8) })
        try access { queue in
            try queue.write { db in
                for name in try String.fetchAll(db, sql: "SELECT name FROM alarm WHERE rule <> ''")
                where !kept.contains(Array(name.utf8)) {
                    try db.execute(sql: "UPDATE alarm SET rule = '' WHERE name = ?", arguments: [name])
                }
            }
        }
    }
}
