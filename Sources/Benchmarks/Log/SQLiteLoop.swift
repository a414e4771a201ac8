// SQLite as an event store, as durable as daybook's log: WAL, synchronous=FULL, a transaction for each event.

import Foundation
import GRDBSQLite
import Synchronization

final class SQLiteLoop {
    private var database: OpaquePointer?
    private var insert: OpaquePointer?

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    init(path: String) throws {
        try check(sqlite3_open(path, &database))
        try check(sqlite3_busy_timeout(database, 60_000))
        try check(
            sqlite3_exec(
                database,
                """
                PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                CREATE TABLE IF NOT EXISTS event (sequence INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL,
                    line BLOB NOT NULL, UNIQUE (stream, revision));
                """, nil, nil, nil))
        try check(sqlite3_prepare_v2(database, "INSERT INTO event VALUES (?, ?, ?, ?)", -1, &insert, nil))
    }

    /// As many threads as daybook has writers, each with a connection of its own, as SQLite wants it.
    static func crowd(_ lines: [[UInt8]], path: String) throws {
        _ = try SQLiteLoop(path: path)
        let failed = Mutex<(any Error)?>(nil)
        let threads = (0..<AppendRace.writers).map { writer in
            let thread = JoinedThread {
                do {
                    let loop = try SQLiteLoop(path: path)
                    for index in stride(from: writer, to: lines.count, by: AppendRace.writers) {
                        try loop.append(lines[index], stream: "\(index)", sequence: index, revision: 1)
                    }
                } catch {
                    failed.withLock { $0 = error }
                }
            }
            thread.start()
            return thread
        }
        for thread in threads { thread.join() }
        if let error = failed.withLock({ $0 }) { throw error }
    }

    deinit {
        sqlite3_finalize(insert)
        sqlite3_close(database)
    }

    /// Each statement by itself is a transaction.
    func append(_ line: [UInt8], stream: String, sequence: Int, revision: Int) throws {
        sqlite3_bind_int64(insert, 1, Int64(sequence))
        sqlite3_bind_text(insert, 2, stream, -1, Self.copied)
        sqlite3_bind_int64(insert, 3, Int64(revision))
        _ = line.withUnsafeBytes { sqlite3_bind_blob(insert, 4, $0.baseAddress, Int32($0.count), Self.copied) }
        guard sqlite3_step(insert) == SQLITE_DONE else { throw failure }
        try check(sqlite3_reset(insert))
    }

    /// SQLITE_TRANSIENT, a macro that Swift does not see.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw failure }
    }

    private var failure: Failure { Failure(description: String(cString: sqlite3_errmsg(database))) }
}

/// A thread whose end can be waited for.
private final class JoinedThread: Sendable {
    private let body: @Sendable () -> Void
    private let ended = DispatchSemaphore(value: 0)

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }

    func start() {
        Thread.detachNewThread {
            self.body()
            self.ended.signal()
        }
    }

    func join() { ended.wait() }
}
