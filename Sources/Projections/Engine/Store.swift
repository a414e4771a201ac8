// One generation as its writer sees it: the projection's tables, the outbox and the checkpoint, moved on together in one
// transaction for each batch, so that an event takes effect exactly once.

import EventLog

/// An event that a projection could not take in.
public struct ProjectionFailure: Sendable, Equatable, CustomStringConvertible {
    public let sequence: UInt64
    /// The event's id, `RUN.N`.
    public let event: String
    /// Why, as a sentence.
    public let reason: String

    public var description: String { "stopped at event \(sequence) (\(event)): \(reason)" }
}

final class Store {
    /// Raised when the engine's own tables change; databases of another format are rebuilt.
    private static let format = 1
    private static let tables = """
        CREATE TABLE engine_checkpoint (
          one INTEGER PRIMARY KEY CHECK (one = 1),
          events INTEGER NOT NULL,  -- how many have been taken in: the next one's sequence
          digest TEXT NOT NULL      -- of the last one's line, in hex
        );
        INSERT INTO engine_checkpoint VALUES (1, 0, '');
        CREATE TABLE engine_failure (sequence INTEGER PRIMARY KEY, event TEXT NOT NULL, reason TEXT NOT NULL);
        CREATE TABLE changes (
          sequence INTEGER NOT NULL, ordinal INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
          origin TEXT NOT NULL, time INTEGER NOT NULL, event TEXT NOT NULL, detail BLOB NOT NULL,
          PRIMARY KEY (sequence, ordinal)
        ) WITHOUT ROWID;
        PRAGMA user_version=\(format)
        """

    let projection: any Projection
    let generation: Generation
    let database: Connection
    private let families: [[UInt8]]
    /// How many events have been taken in, in this transaction too.
    private(set) var next: UInt64 = 0
    /// Of the line before `next`, in hex, as of the last commit.
    private(set) var digest = ""
    /// Where it stopped the last time, as recorded.
    private(set) var failure: ProjectionFailure?

    private init(_ projection: any Projection, _ generation: Generation, _ mode: Connection.Mode) throws {
        self.projection = projection
        self.generation = generation
        self.families = projection.families.map { Array($0.utf8) }
        self.database = try Connection(generation.path, mode)
    }

    /// An empty generation, to be filled.
    static func create(_ projection: any Projection, _ generation: Generation) throws -> Store {
        let store = try Store(projection, generation, .build)
        try store.database.execute("BEGIN")
        try store.database.execute(tables)
        try projection.createTables(store.database)
        try store.database.execute("COMMIT")
        return store
    }

    func createIndexes() throws {
        try database.execute("BEGIN")
        try projection.createIndexes(database)
        try database.execute("COMMIT")
    }

    /// Puts on disk what was filled without syncs. `share` would, while others wait: for a large database that is many seconds.
    func sync() throws {
        // A commit that is synced syncs the whole file.
        try database.execute("PRAGMA synchronous=FULL; UPDATE engine_checkpoint SET one = 1; PRAGMA synchronous=OFF")
    }

    /// Puts a database that was filled without journal and syncs on disk, and into the mode in which it will be shared.
    func share() throws {
        try database.execute("PRAGMA synchronous=FULL; PRAGMA locking_mode=NORMAL; PRAGMA journal_mode=WAL")
        // A checkpoint that has something to do syncs the whole file.
        try database.execute("UPDATE engine_checkpoint SET one = 1; PRAGMA wal_checkpoint(TRUNCATE)")
    }

    /// A generation that is in use; `nil` when it is damaged or of another format.
    static func open(_ projection: any Projection, _ generation: Generation) throws -> Store? {
        do {
            let store = try Store(projection, generation, .share)
            guard try store.database.first("PRAGMA user_version", read: { $0.int(0) }) == format else { return nil }
            try store.refresh()
            return store
        } catch let error as SQLiteError where error.isDamage {
            return nil
        }
    }

    /// Reads the checkpoint again: another process may have moved it.
    func refresh() throws {
        let row = try database.first("SELECT events, digest FROM engine_checkpoint") { ($0.sequence(0), $0.text(1)) }
        (next, digest) = row ?? (0, "")
        failure = try Store.failure(database)
    }

    static func failure(_ database: Connection) throws -> ProjectionFailure? {
        try database.first("SELECT sequence, event, reason FROM engine_failure") {
            ProjectionFailure(sequence: $0.sequence(0), event: $0.text(1), reason: $0.text(2))
        }
    }

    /// Begins a batch. Whoever else catches up with the same database waits, and then finds the checkpoint moved.
    func begin() throws {
        try database.execute("BEGIN IMMEDIATE")
        try refresh()
    }

    /// Takes one event in, unless it has been before.
    func apply(_ event: EventView) throws {
        guard event.sequence >= next else { return }
        if families.contains(where: { event.family.raw.elementsEqual($0) }) {
            var context = FoldContext(database, event)
            try projection.fold(event, into: &context)
        }
        next += 1
    }

    /// Ends the batch; `lineDigest` is that of the line of the last event handed over, `upTo` the sequence after it.
    func commit(upTo end: UInt64, lineDigest: String) throws {
        if next == end, end > 0 {
            try database.run("UPDATE engine_checkpoint SET events = ?, digest = ?", end, lineDigest)
            digest = lineDigest
            if let failure, failure.sequence < end {
                try database.run("DELETE FROM engine_failure")
                self.failure = nil
            }
        }
        try database.execute("COMMIT")
    }

    /// Undoes the batch, and what we knew with it.
    func rollBack() throws {
        try database.execute("ROLLBACK")
        try refresh()
    }

    /// Puts on record that the next event cannot be taken in; cleared when it can.
    func record(_ failure: ProjectionFailure) throws {
        guard failure != self.failure else { return }
        try database.execute("BEGIN IMMEDIATE")
        try database.run("DELETE FROM engine_failure")
        try database.run(
            "INSERT INTO engine_failure VALUES (?,?,?)", failure.sequence, failure.event, failure.reason)
        try database.execute("COMMIT")
        self.failure = failure
    }
}
