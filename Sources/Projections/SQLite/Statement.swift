// A prepared statement and the row that it stands on.

import EventLog
import GRDBSQLite

final class Statement {
    let handle: OpaquePointer
    /// The connection outlives its statements: it drops them before it closes.
    private unowned let connection: Connection
    private let sql: String

    init(_ connection: Connection, _ sql: String) throws(SQLiteError) {
        var handle: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        guard sqlite3_prepare_v3(connection.handle, sql, -1, flags, &handle, nil) == SQLITE_OK, let handle else {
            throw connection.failure(sql)
        }
        self.handle = handle
        self.connection = connection
        self.sql = sql
    }

    deinit { sqlite3_finalize(handle) }

    func bind<each Value: Bindable>(_ values: repeat each Value) throws(SQLiteError) {
        var index: Int32 = 0
        var worst = SQLITE_OK
        for value in repeat each values {
            index += 1
            let code = value.bind(to: handle, at: index)
            if code != SQLITE_OK { worst = code }
        }
        guard worst == SQLITE_OK else { throw connection.failure(sql) }
    }

    /// Moves to the next row; `false` when there is none.
    func step() throws(SQLiteError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw connection.failure(sql)
        }
    }

    /// Lets go of the row and of what was bound, whose memory may go now.
    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }
}

/// The row a query stands on; valid only inside the closure that it was handed to.
public struct ResultRow {
    private let handle: OpaquePointer

    init(_ statement: Statement) { handle = statement.handle }

    public func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
    public func int(_ column: Int32) -> Int { Int(sqlite3_column_int64(handle, column)) }
    public func sequence(_ column: Int32) -> UInt64 { UInt64(bitPattern: sqlite3_column_int64(handle, column)) }
    public func bool(_ column: Int32) -> Bool { sqlite3_column_int64(handle, column) != 0 }
    public func double(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }
    public func time(_ column: Int32) -> Timestamp {
        Timestamp(millisecondsSinceEpoch: sqlite3_column_int64(handle, column))
    }
    public func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

    /// Text or blob where SQLite has it.
    public func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(handle, column)))
    }

    public func array(_ column: Int32) -> [UInt8] { Array(bytes(column)) }

    /// What `read` makes of the column where it is not null.
    public func optional<Value>(_ column: Int32, _ read: (ResultRow, Int32) -> Value) -> Value? {
        isNull(column) ? nil : read(self, column)
    }
}
