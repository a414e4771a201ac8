// What SQLite answered when it did not do as asked, and whether the fault lies with the statement or with the disk.

import GRDBSQLite

/// A refusal by SQLite.
public struct SQLiteError: Error, Sendable, CustomStringConvertible {
    /// The extended result code (https://www.sqlite.org/rescode.html).
    public let code: Int32
    /// SQLite's own words.
    public let message: String
    /// The statement it refused, where there was one.
    public let sql: String?

    public var description: String {
        guard let sql else { return "SQLite says: \(message) (code \(code))" }
        return "SQLite says: \(message) (code \(code)), at: \(sql)"
    }

    /// Whether the place is at fault (disk, locks, memory, a damaged file) and not what was asked: trying the same
    /// event again elsewhere or later may well work.
    var isAboutStorage: Bool {
        switch code & 0xFF {
        case SQLITE_FULL, SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_NOMEM, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_READONLY,
            SQLITE_PERM, SQLITE_AUTH, SQLITE_INTERRUPT, SQLITE_PROTOCOL:
            true
        default: isDamage
        }
    }

    /// Whether the file is no database any more.
    var isDamage: Bool { code & 0xFF == SQLITE_CORRUPT || code & 0xFF == SQLITE_NOTADB }
}
