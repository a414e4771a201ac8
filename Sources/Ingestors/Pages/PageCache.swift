// data/cache.sqlite: validators and extracted items by page, so that what did not change is neither sent nor parsed again.
// Nothing in it is needed: without it the next look fetches and reads every page, and comes to the same.

import CanonicalJSON
import EventLog
import Foundation
import GRDB
import Transport

/// The page cache of one daybook, shared by its watches. A file that cannot be used is replaced by an empty one.
public final class PageCache: Sendable {
    /// Raised when the tables change, or what may stand in them; a file of another version is emptied.
    private static let version = 3
    /// Had the same tables, and times of change that cannot be relied on.
    private static let versionBefore = 2
    private let queue: DatabaseQueue

    public static func open(_ dataDirectory: String) throws(IngestError) -> PageCache {
        let path = dataDirectory + "/cache.sqlite"
        if let cache = try? PageCache(path: path) { return cache }
        for suffix in ["", "-wal", "-shm", "-journal"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        do { return try PageCache(path: path) } catch { throw .cache(path: path, reason: "\(error)") }
    }

    private init(path: String) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        // Losing the last look's rows costs a few requests; waiting for the disk at every look costs more.
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -512")
        }
        queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.write(Self.createTables)
    }

    private static func createTables(_ db: Database) throws {
        let found = try Int.fetchOne(db, sql: "PRAGMA user_version")
        if found == versionBefore {
            // Emptied, it would not tell another reading of a page from another page.
            try db.execute(sql: "UPDATE page SET lastModified = NULL; PRAGMA user_version = \(version)")
        } else if found != version {
            try db.execute(
                sql: "DROP TABLE IF EXISTS item; DROP TABLE IF EXISTS page; PRAGMA user_version = \(version)")
        }
        try db.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS page (
                  id INTEGER PRIMARY KEY, watch TEXT NOT NULL, role TEXT NOT NULL, url TEXT NOT NULL,
                  etag TEXT, lastModified TEXT, bytes TEXT NOT NULL, reader TEXT NOT NULL,
                  mediaType TEXT, charset TEXT, base TEXT NOT NULL, next TEXT, keyless INTEGER NOT NULL,
                  unreadable INTEGER NOT NULL, unreadableFirst TEXT NOT NULL,
                  UNIQUE (watch, role, url));
                CREATE TABLE IF NOT EXISTS item (
                  page INTEGER NOT NULL REFERENCES page ON DELETE CASCADE, number INTEGER NOT NULL,
                  key TEXT NOT NULL, digest TEXT NOT NULL, fields BLOB NOT NULL, unreadable TEXT,
                  PRIMARY KEY (page, number)) WITHOUT ROWID;
                """)
    }
}

extension PageCache {
    func page(_ role: CachedPage.Role, _ url: String, of watch: String) throws -> CachedPage? {
        try queue.read { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT * FROM page WHERE watch = ? AND role = ? AND url = ?",
                arguments: [watch, role.rawValue, url])
            return try row.flatMap { try Self.page($0, db) }
        }
    }

    /// Every item page of a watch but these, in no order.
    func pages(of watch: String, except urls: Set<String>) throws -> [CachedPage] {
        try queue.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM page WHERE watch = ? AND role = 'page'", arguments: [watch])
                .filter { !urls.contains($0["url"]) }
                .compactMap { try Self.page($0, db) }
        }
    }

    /// Replaces these pages; with `isWhole`, all others of the watch go.
    func save(_ pages: [CachedPage], seen: [CachedPage], of watch: String, isWhole: Bool) throws {
        try queue.write { db in
            for page in pages { try Self.replace(page, of: watch, db) }
            guard isWhole else { return }
            let kept = Set(seen.map { [$0.role.rawValue, $0.url] })
            for row in try Row.fetchAll(db, sql: "SELECT id, role, url FROM page WHERE watch = ?", arguments: [watch])
            where !kept.contains([row["role"], row["url"]]) {
                try db.execute(sql: "DELETE FROM page WHERE id = ?", arguments: [row["id"] as Int64])
            }
        }
    }
}

extension PageCache {
    private static func page(_ row: Row, _ db: Database) throws -> CachedPage? {
        guard let role = CachedPage.Role(rawValue: row["role"]), let bytes = Digest(hex: row["bytes"]),
            let reader = Digest(hex: row["reader"])
        else { return nil }
        let validators = Validators(etag: row["etag"], lastModified: row["lastModified"])
        return CachedPage(
            role: role, url: row["url"], validators: validators.isEmpty ? nil : validators, bytes: bytes,
            reader: reader,
            contentType: ContentType(mediaType: row["mediaType"], charset: row["charset"]), base: row["base"],
            content: PageContent(
                items: try items(of: row["id"], db), next: row["next"], keyless: row["keyless"],
                unreadable: row["unreadable"],
                unreadableFirst: (row["unreadableFirst"] as String).split(separator: "\n").map(String.init)))
    }

    private static func items(of page: Int64, _ db: Database) throws -> [Sighting] {
        let statement = try db.cachedStatement(
            sql: "SELECT key, digest, fields, unreadable FROM item WHERE page = ? ORDER BY number")
        return try Row.fetchAll(statement, arguments: [page]).compactMap { row in
            guard let digest = Digest(hex: row[1]) else { return nil }
            return Sighting(
                key: ItemKey(row[0]), digest: digest, fields: Array(row[2] as Data), unreadable: names(row[3]))
        }
    }

    private static func replace(_ page: CachedPage, of watch: String, _ db: Database) throws {
        try db.execute(
            sql: "DELETE FROM page WHERE watch = ? AND role = ? AND url = ?",
            arguments: [watch, page.role.rawValue, page.url])
        try db.execute(
            sql: """
                INSERT INTO page (watch, role, url, etag, lastModified, bytes, reader, mediaType, charset, base, next, keyless,
                  unreadable, unreadableFirst)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                watch, page.role.rawValue, page.url, page.validators?.etag, page.validators?.lastModified,
                page.bytes.hex,
                page.reader.hex, page.contentType.mediaType, page.contentType.charset, page.base, page.content.next,
                page.content.keyless, page.content.unreadable,
                page.content.unreadableFirst.map { $0.replacing("\n", with: " ") }.joined(separator: "\n"),
            ])
        let id = db.lastInsertedRowID
        let insert = try db.cachedStatement(sql: "INSERT INTO item VALUES (?, ?, ?, ?, ?, ?)")
        for (number, item) in page.content.items.enumerated() {
            try insert.execute(
                arguments: [
                    id, number, item.key.text, item.digest.hex, Data(item.fields), list(item.unreadable),
                ])
        }
    }

    /// Names as a JSON array; nothing where there are none, as almost always.
    private static func list(_ names: [String]) -> String? {
        names.isEmpty ? nil : JSON.array(names.map(JSON.string)).canonicalText
    }

    private static func names(_ list: String?) -> [String] {
        list.flatMap { try? JSON.parse($0) }?.arrayValue?.compactMap(\.stringValue) ?? []
    }
}
