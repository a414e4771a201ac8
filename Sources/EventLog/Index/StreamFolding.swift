// What goes into the tables for each stream that has news: a few statements, bound in place, as there are many streams.

import GRDB
import GRDBSQLite

struct StreamFolding {
    private let find: FoldStatement
    private let insert: FoldStatement
    private let update: FoldStatement
    private let chunk: FoldStatement
    private let connection: OpaquePointer?

    init(_ database: Database) throws {
        connection = database.sqliteConnection
        find = try FoldStatement(database, "SELECT id FROM stream WHERE family = ? AND subject = ?")
        insert = try FoldStatement(
            database,
            "INSERT INTO stream (revision, sequence, digest, type, time, family, subject) VALUES (?, ?, ?, ?, ?, ?, ?)")
        update = try FoldStatement(
            database, "UPDATE stream SET revision = ?, sequence = ?, digest = ?, type = ?, time = ? WHERE id = ?")
        chunk = try FoldStatement(database, "INSERT OR REPLACE INTO chunk VALUES (?, ?, ?)")
    }

    /// The stream's newest event, and where its events from `known` on are.
    mutating func add(_ stream: StreamID, _ entry: IndexEntry, from known: UInt64) throws {
        let id: Int64
        // Of one that begins within the overlay, and of which nobody else has written a part, nothing can be there.
        let isNew = entry.revision == entry.earlier.count + 1 && entry.earlier.first ?? entry.sequence >= known
        if !isNew, let found = try find.row({ $0.bind(1, stream.family).bind(2, bytes: stream.subject.utf8) }) {
            id = found
            _ = try update.row { Self.bind(entry, to: $0).bind(6, id) }
        } else {
            _ = try insert.row { Self.bind(entry, to: $0).bind(6, stream.family).bind(7, bytes: stream.subject.utf8) }
            id = sqlite3_last_insert_rowid(connection)
        }
        let sequences = entry.sequences.drop { $0 < known }
        guard let first = sequences.first else { return }
        _ = try chunk.row { $0.bind(1, id).bind(2, Int64(first)).bind(3, bytes: SequenceChunk.encode(sequences)) }
    }

    private static func bind(_ entry: IndexEntry, to statement: FoldStatement) -> FoldStatement {
        statement.bind(1, Int64(entry.revision)).bind(2, Int64(entry.sequence)).bind(3, bytes: entry.digest.bytes)
            .bind(4, entry.type).bind(5, entry.time.millisecondsSinceEpoch)
    }
}

/// One statement of a fold, finalised with this object.
final class FoldStatement {
    private var handle: OpaquePointer?
    private let connection: OpaquePointer?

    init(_ database: Database, _ sql: String) throws {
        connection = database.sqliteConnection
        guard sqlite3_prepare_v2(connection, sql, -1, &handle, nil) == SQLITE_OK else { throw failure }
    }

    deinit { sqlite3_finalize(handle) }

    @discardableResult
    func bind(_ place: Int32, _ value: Int64) -> FoldStatement {
        sqlite3_bind_int64(handle, place, value)
        return self
    }

    @discardableResult
    func bind(_ place: Int32, _ value: String) -> FoldStatement {
        sqlite3_bind_text(handle, place, value, -1, Self.copied)
        return self
    }

    @discardableResult
    func bind(_ place: Int32, bytes: some Sequence<UInt8>) -> FoldStatement {
        let isBound: Void? = bytes.withContiguousStorageIfAvailable { buffer in
            _ = sqlite3_bind_blob(handle, place, buffer.baseAddress, Int32(buffer.count), Self.copied)
        }
        guard isBound == nil else { return self }
        Array(bytes).withUnsafeBytes { buffer in
            _ = sqlite3_bind_blob(handle, place, buffer.baseAddress, Int32(buffer.count), Self.copied)
        }
        return self
    }

    /// Binds, runs the statement, and makes it ready for the next; the first row's first column, where there is a row.
    func row(_ bind: (FoldStatement) -> FoldStatement) throws -> Int64? {
        _ = bind(self)
        defer { sqlite3_reset(handle) }
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return sqlite3_column_int64(handle, 0)
        case SQLITE_DONE: return nil
        default: throw failure
        }
    }

    private var failure: DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
            message: String(cString: sqlite3_errmsg(connection)))
    }

    /// SQLITE_TRANSIENT, a macro that Swift does not see: SQLite copies what is bound.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
