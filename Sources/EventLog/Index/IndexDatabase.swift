// `index.sqlite`: the derived tables, and the SQL that reads and writes them. Subjects are blobs, so that they compare by bytes.

import Foundation
import GRDB

/// Up to where the database has taken the log in, and by which line that can be told.
struct IndexCheckpoint: Sendable, Hashable {
    /// Events before this one are in the tables.
    var sequence: UInt64
    /// SHA-256 of the line before it.
    var digest: Digest
}

struct IndexDatabase: Sendable {
    private let database: any DatabaseWriter

    /// Opens or makes it. WAL, not synced at each commit: it is derived, and a checkpoint goes with what it stands for.
    init(path: String) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -512")
        }
        database = try DatabasePool(path: path, configuration: configuration)
        try database.write { try Self.createTables($0) }
    }

    /// For a folder that cannot be written to.
    init() throws {
        database = try DatabaseQueue()
        try database.write { try Self.createTables($0) }
    }

    func close() { try? database.close() }

    private static let version = 1

    /// Tables of another version throw as a damaged file does: the file is replaced, never emptied under someone who reads it.
    private static func createTables(_ database: Database) throws {
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard found != version else { return }
        guard found == 0 else { throw DatabaseError(resultCode: .SQLITE_NOTADB, message: "tables of version \(found)") }
        try database.execute(
            sql: """
                CREATE TABLE stream (
                    id INTEGER PRIMARY KEY, family TEXT NOT NULL, subject BLOB NOT NULL, revision INTEGER NOT NULL,
                    sequence INTEGER NOT NULL, digest BLOB NOT NULL, type TEXT NOT NULL, time INTEGER NOT NULL,
                    UNIQUE (family, subject)
                );
                CREATE INDEX streamBySubject ON stream (subject);
                CREATE TABLE chunk (
                    stream INTEGER NOT NULL, first INTEGER NOT NULL, sequences BLOB NOT NULL,
                    PRIMARY KEY (stream, first)
                ) WITHOUT ROWID;
                CREATE TABLE run (id BLOB PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
                CREATE TABLE checkpoint (
                    one INTEGER PRIMARY KEY CHECK (one = 1), sequence INTEGER NOT NULL, digest BLOB NOT NULL
                );
                PRAGMA user_version = \(version);
                """)
    }

    func checkpoint() throws -> IndexCheckpoint? {
        try database.read { try Self.checkpoint($0) }
    }

    private static func checkpoint(_ database: Database) throws -> IndexCheckpoint? {
        guard let row = try Row.fetchOne(database, sql: "SELECT sequence, digest FROM checkpoint") else { return nil }
        let digest: [UInt8] = Array(row["digest"] as Data)
        return Digest(bytes: digest).map { IndexCheckpoint(sequence: UInt64(row["sequence"] as Int64), digest: $0) }
    }

    func entry(_ stream: StreamID) throws -> IndexEntry? {
        try database.read { database in
            let statement = try database.cachedStatement(
                sql: "SELECT revision, sequence, digest, type, time FROM stream WHERE family = ? AND subject = ?")
            return try Row.fetchOne(statement, arguments: [stream.family, Data(stream.subject.utf8)]).flatMap(
                Self.entry)
        }
    }

    func heads(family: String, subjectPrefix: String) throws -> [StreamHead] {
        try database.read { database in
            let (condition, arguments) = Self.subjects(prefix: subjectPrefix)
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT revision, sequence, digest, type, time, subject FROM stream
                    WHERE family = ? AND \(condition) ORDER BY subject
                    """,
                arguments: [family] + arguments)
            var heads: [StreamHead] = []
            while let row = try rows.next() {
                let subject = String(decoding: row["subject"] as Data, as: UTF8.self)
                if let entry = Self.entry(row) { heads.append(entry.head(StreamID(family: family, subject: subject))) }
            }
            return heads
        }
    }

    func exists(family: String, subjectPrefix: String, since: UInt64) throws -> Bool {
        try database.read { database in
            let (condition, arguments) = Self.subjects(prefix: subjectPrefix)
            return try Row.fetchOne(
                database,
                sql: "SELECT 1 FROM stream WHERE family = ? AND \(condition) AND sequence >= ? LIMIT 1",
                arguments: [family] + arguments + [Int64(clamping: since)]) != nil
        }
    }

    /// Of every stream that matches, with its family; `family` nil means any.
    func sequences(family: String?, subject: String, isPrefix: Bool) throws -> [UInt64] {
        try database.read { database in
            var (condition, arguments) =
                isPrefix ? Self.subjects(prefix: subject) : ("subject = ?", [Data(subject.utf8)])
            if let family {
                condition += " AND family = ?"
                arguments += [family]
            }
            let chunks = try Data.fetchCursor(
                database,
                sql: "SELECT sequences FROM chunk WHERE stream IN (SELECT id FROM stream WHERE \(condition))",
                arguments: arguments)
            var all: [UInt64] = []
            while let chunk = try chunks.next() { all += SequenceChunk.decode(chunk) }
            return all.sorted()
        }
    }

    /// The stream's chunks of ascending sequences that begin before `end`, from the last to the first. `body` answers whether
    /// to go on.
    func forEachChunkBackwards(of stream: StreamID, before end: UInt64, _ body: ([UInt64]) -> Bool) throws {
        try database.read { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT sequences FROM chunk
                    WHERE stream = (SELECT id FROM stream WHERE family = ? AND subject = ?) AND first < ?
                    ORDER BY first DESC
                    """)
            let chunks = try Data.fetchCursor(
                statement, arguments: [stream.family, Data(stream.subject.utf8), Int64(clamping: end)])
            while let chunk = try chunks.next() {
                guard body(SequenceChunk.decode(chunk)) else { return }
            }
        }
    }

    func highest(in run: RunID) throws -> Int? {
        try database.read { database in
            let statement = try database.cachedStatement(sql: "SELECT number FROM run WHERE id = ?")
            return try Int.fetchOne(statement, arguments: [Data(run.bytes)])
        }
    }

    enum FoldOutcome: Sendable, Hashable {
        case done
        /// The tables end before the overlay begins, which should not be.
        case gap
    }

    /// Writes an overlay into the tables, all or nothing. Where another process has written a part of it already, the rest.
    func fold(_ overlay: IndexOverlay) throws -> FoldOutcome {
        let outcome = try write(overlay)
        // Whoever opens the index next would read all of its WAL, as many megabytes as a fold has touched. No harm where that fails.
        try? database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        return outcome
    }

    private func write(_ overlay: IndexOverlay) throws -> FoldOutcome {
        try database.write { database in
            let known = try Self.checkpoint(database)?.sequence ?? 0
            guard known < overlay.end else { return .done }
            guard known >= overlay.first else { return .gap }
            var fold = try StreamFolding(database)
            // In some order that is nearly the tables' own, so that neighbours meet the same pages.
            for stream in overlay.entries.keys.sorted(by: { $0.subject < $1.subject }) {
                guard let entry = overlay.entries[stream], entry.sequence >= known else { continue }
                try fold.add(stream, entry, from: known)
            }
            let run = try database.cachedStatement(
                sql: """
                    INSERT INTO run VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET number = max(number, excluded.number)
                    """)
            for (id, number) in overlay.runs { try run.execute(arguments: [Data(id.bytes), number]) }
            try database.execute(
                sql: "INSERT OR REPLACE INTO checkpoint VALUES (1, ?, ?)",
                arguments: [Int64(overlay.end), Data(Digest.sha256(overlay.lastLine).bytes)])
            return .done
        }
    }

    private static func entry(_ row: Row) -> IndexEntry? {
        guard let digest = Digest(bytes: row["digest"] as Data) else { return nil }
        return IndexEntry(
            revision: row["revision"], sequence: UInt64(row["sequence"] as Int64), digest: digest, type: row["type"],
            time: Timestamp(millisecondsSinceEpoch: row["time"]))
    }

    /// A range over the subject's bytes, which an index serves; LIKE would need escapes and compare letters.
    private static func subjects(prefix: String) -> (String, StatementArguments) {
        var bytes = Array(prefix.utf8)
        let lower = Data(bytes)
        guard !bytes.isEmpty else { return ("subject >= ?", [lower]) }
        // UTF-8 has no byte 0xFF, so the last one can always be raised.
        bytes[bytes.count - 1] += 1
        return ("subject >= ? AND subject < ?", [lower, Data(bytes)])
    }
}

/// Ascending sequences as LEB128 differences.
enum SequenceChunk {
    static func encode(_ sequences: some Sequence<UInt64>) -> [UInt8] {
        var data: [UInt8] = []
        var before: UInt64 = 0
        for sequence in sequences {
            var rest = sequence - before
            before = sequence
            while rest >= 0x80 {
                data.append(UInt8(rest & 0x7F) | 0x80)
                rest >>= 7
            }
            data.append(UInt8(rest))
        }
        return data
    }

    static func decode(_ data: some Sequence<UInt8>) -> [UInt64] {
        var sequences: [UInt64] = []
        var value: UInt64 = 0
        var shift: UInt64 = 0
        var before: UInt64 = 0
        for byte in data {
            value |= UInt64(byte & 0x7F) << shift
            shift += 7
            guard byte < 0x80 else { continue }
            before += value
            sequences.append(before)
            (value, shift) = (0, 0)
        }
        return sequences
    }
}
