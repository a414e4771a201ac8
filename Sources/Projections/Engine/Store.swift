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
    private static let format = 2
    private static let tables = """
        CREATE TABLE engine_checkpoint (
          one INTEGER PRIMARY KEY CHECK (one = 1),
          events INTEGER NOT NULL,  -- how many have been taken in: the next one's sequence
          digest TEXT NOT NULL      -- of the last one's line, in hex
        );
        INSERT INTO engine_checkpoint VALUES (1, 0, '');
        CREATE TABLE engine_failure (sequence INTEGER PRIMARY KEY, event TEXT NOT NULL, reason TEXT NOT NULL);
        -- Changes by the sequences of their events, 64 to a block (`ChangeBlock`).
        CREATE TABLE changes (block INTEGER PRIMARY KEY, packed BLOB NOT NULL);
        PRAGMA user_version=\(format)
        """

    let projection: any Projection
    let generation: Generation
    private(set) var database: Connection
    private var outbox: OutboxWriter
    private let families: [[UInt8]]
    /// The projection's quicker way, while the store is filled for the first time.
    private var loader: (any Loader)?
    private let sizes: LoaderSizes
    /// How many events have been taken in, in this transaction too.
    private(set) var next: UInt64 = 0
    /// Of the line before `next`, in hex, as of the last commit.
    private(set) var digest = ""
    /// Where it stopped the last time, as recorded.
    private(set) var failure: ProjectionFailure?

    private init(
        _ projection: any Projection, _ generation: Generation, _ mode: Connection.Mode, _ sizes: LoaderSizes
    ) throws {
        self.projection = projection
        self.generation = generation
        self.families = projection.families.map { Array($0.utf8) }
        self.sizes = sizes
        self.database = try Connection(generation.path, mode)
        self.outbox = OutboxWriter(database)
    }

    /// An empty generation, to be filled.
    static func create(
        _ projection: any Projection, _ generation: Generation, _ sizes: LoaderSizes = LoaderSizes()
    ) throws -> Store {
        let store = try Store(projection, generation, .build, sizes)
        try store.prepare()
        return store
    }

    private func prepare() throws {
        try database.execute("BEGIN")
        try database.execute(Store.tables)
        try projection.createTables(database)
        try database.execute("COMMIT")
        loader = (projection as? any LoadingProjection)?.loader(database, beside: generation.path + "-load", sizes)
        // A journal in memory would hold every page that a batch changes; and what it could undo is thrown away whole.
        if isLoading { try database.execute("PRAGMA journal_mode=OFF") }
    }

    /// Makes an end of filling it for the first time.
    func finishFilling() throws {
        try database.execute("BEGIN")
        try loader?.finish()
        loader = nil
        try projection.createIndexes(database)
        try database.execute("COMMIT; PRAGMA journal_mode=MEMORY")
    }

    /// Whether undoing a batch undoes everything.
    var isLoading: Bool { loader != nil }

    /// Empties a generation that nobody has seen yet: what a loader remembers cannot be undone in part.
    private func startOver() throws {
        loader = nil
        generation.removeDatabase()
        database = try Connection(generation.path, .build)
        outbox = OutboxWriter(database)
        try prepare()
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
            let store = try Store(projection, generation, .share, LoaderSizes())
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
        let family = event.family
        if families.contains(where: { $0.withUnsafeBytes { family == Bytes($0) } }) {
            var context = FoldContext(database, outbox, event)
            if let loader { try loader.fold(event, into: &context) } else { try projection.fold(event, into: &context) }
        }
        next += 1
    }

    /// Ends the batch; `lineDigest` is that of the line of the last event handed over, `upTo` the sequence after it.
    func commit(upTo end: UInt64, lineDigest: String) throws {
        try outbox.flush()
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
        outbox.discard()
        try database.execute("ROLLBACK")
        if isLoading { try startOver() }
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
