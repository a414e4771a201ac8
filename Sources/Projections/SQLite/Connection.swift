// One connection to one SQLite file, as thin as the hot path wants it: statements are prepared once and values are
// bound where they lie. Transactions may stay open across callbacks, which the engine's batches need.

import GRDBSQLite

/// A connection to a projection's database. Not to be shared between threads at the same time.
public final class Connection {
    /// How a file is opened.
    enum Mode {
        /// A new file that nobody else knows: no journal on disk, no syncs. A crash leaves rubbish that is never published.
        case build
        /// A file in WAL mode that others read and write too.
        case share
        /// The same, refusing every write.
        case query
    }

    let handle: OpaquePointer
    private var prepared: [UnsafePointer<UInt8>: Statement] = [:]

    init(_ path: String, _ mode: Mode) throws(SQLiteError) {
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (mode == .build ? SQLITE_OPEN_CREATE : 0)
        let code = sqlite3_open_v2(path, &handle, flags, nil)
        guard let handle else { throw SQLiteError(code: code, message: "no memory for a connection", sql: nil) }
        guard code == SQLITE_OK else {
            let message = String(cString: sqlite3_errmsg(handle))
            sqlite3_close_v2(handle)
            throw SQLiteError(code: code, message: message, sql: nil)
        }
        self.handle = handle
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_timeout(handle, 60_000)
        try execute(Connection.settings(for: mode))
    }

    deinit {
        prepared.removeAll()
        sqlite3_close_v2(handle)
    }

    private static func settings(for mode: Mode) -> String {
        switch mode {
        case .build:
            """
            PRAGMA page_size=8192; PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;
            PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY
            """
        // Small caches (in KiB): SQLite fills them with whatever it writes and keeps them as long as the service runs.
        case .share: "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-512"
        case .query: "PRAGMA query_only=ON; PRAGMA cache_size=-512; PRAGMA temp_store=MEMORY"
        }
    }

    /// Runs one or more statements that bind nothing and return nothing.
    public func execute(_ sql: String) throws(SQLiteError) {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw failure(sql) }
    }

    /// Runs a statement that returns no rows.
    public func run<each Value: Bindable>(_ sql: StaticString, _ values: repeat each Value) throws(SQLiteError) {
        let statement = try statement(sql)
        try statement.bind(repeat each values)
        defer { statement.reset() }
        while try statement.step() {}
    }

    /// The first row of a query, as `read` makes it, or `nil` where there is none.
    public func first<Result, each Value: Bindable>(
        _ sql: StaticString, _ values: repeat each Value, read: (ResultRow) throws -> Result
    ) throws -> Result? {
        let statement = try statement(sql)
        try statement.bind(repeat each values)
        defer { statement.reset() }
        return try statement.step() ? try read(ResultRow(statement)) : nil
    }

    /// Hands every row of a query to `body`, in order.
    public func forEach<each Value: Bindable>(
        _ sql: StaticString, _ values: repeat each Value, body: (ResultRow) throws -> Void
    ) throws {
        let statement = try statement(sql)
        try statement.bind(repeat each values)
        defer { statement.reset() }
        while try statement.step() { try body(ResultRow(statement)) }
    }

    /// The same for a statement that is put together as needed, and therefore prepared each time.
    public func forEach<each Value: Bindable>(
        dynamic sql: String, _ values: repeat each Value, body: (ResultRow) throws -> Void
    ) throws {
        let statement = try Statement(self, sql)
        try statement.bind(repeat each values)
        while try statement.step() { try body(ResultRow(statement)) }
    }

    /// How many rows the last `run` inserted, updated or deleted.
    public var changedRows: Int { Int(sqlite3_changes(handle)) }

    /// The row number that the last insert gave.
    public var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }

    /// The statement for this literal, prepared once for the connection's life. A literal's address identifies it. The
    /// same literal must not be run again while its rows are being read.
    private func statement(_ sql: StaticString) throws(SQLiteError) -> Statement {
        let key = sql.utf8Start
        if let statement = prepared[key] { return statement }
        let statement = try Statement(self, sql.description)
        prepared[key] = statement
        return statement
    }

    func failure(_ sql: String?) -> SQLiteError {
        SQLiteError(
            code: sqlite3_extended_errcode(handle), message: String(cString: sqlite3_errmsg(handle)), sql: sql)
    }
}
