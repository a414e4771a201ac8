// The statements with which stock's rules read and write their tables.

import EventLog
import Observations

struct StockTable {
    static let definition = """
        -- What is known of each item for sure.
        CREATE TABLE stock_items (
          item INTEGER PRIMARY KEY, in_stock INTEGER, price BLOB NOT NULL, unknown_runs INTEGER, unknown_told INTEGER NOT NULL
        );
        CREATE INDEX stock_unknown ON stock_items (item) WHERE unknown_runs IS NOT NULL;
        -- Items that have a new version since their watch's last run ended, and what was known before.
        CREATE TABLE stock_pending (
          item INTEGER PRIMARY KEY, in_stock INTEGER, price BLOB NOT NULL, reading INTEGER NOT NULL
        );
        -- Since when an item's version has had its availability.
        CREATE TABLE stock_versions (
          item INTEGER NOT NULL, sequence INTEGER NOT NULL, availability TEXT NOT NULL, since INTEGER NOT NULL,
          present INTEGER NOT NULL,
          PRIMARY KEY (item, sequence)
        ) WITHOUT ROWID;
        -- Runs of stock watches. Those that looked saw every present item that they did not miss.
        CREATE TABLE stock_runs (
          sequence INTEGER PRIMARY KEY, watch TEXT NOT NULL, time INTEGER NOT NULL, looked INTEGER NOT NULL, status TEXT
        );
        CREATE INDEX stock_runs_by_watch ON stock_runs (watch, sequence);
        CREATE TABLE stock_misses (
          item INTEGER NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY (item, sequence)
        ) WITHOUT ROWID;
        """

    /// An item with a new version, and what a run may make of it.
    struct Pending {
        let item: Int64
        let before: StockMemory
        let after: StockMemory
        /// The version came of new selectors.
        let isReading: Bool
    }

    private let database: Connection

    init(_ database: Connection) { self.database = database }

    func memory(of item: Int64) throws -> StockMemory? {
        try database.first(
            "SELECT in_stock, price, unknown_runs, unknown_told FROM stock_items WHERE item = ?", item
        ) { StockMemory($0, from: 0) }
    }

    func save(_ memory: StockMemory, of item: Int64) throws {
        try database.run(
            """
            INSERT INTO stock_items (item, in_stock, price, unknown_runs, unknown_told) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (item) DO UPDATE SET in_stock = ?2, price = ?3, unknown_runs = ?4, unknown_told = ?5
            """, item, memory.isInStock, memory.price, memory.unknownRuns, memory.isUnknownTold)
    }

    /// What was known before the first of several versions counts.
    func addPending(_ item: Int64, before: StockMemory, isReading: Bool) throws {
        try database.run(
            "INSERT OR IGNORE INTO stock_pending (item, in_stock, price, reading) VALUES (?, ?, ?, ?)", item,
            before.isInStock, before.price, isReading)
    }

    /// What is gone is not to be had, whatever was last seen of it.
    ///
    /// - Parameter availability: nil of an item that is not there any more.
    func addVersion(_ item: Int64, _ availability: Availability?, _ event: EventView) throws {
        try database.run(
            """
            INSERT INTO stock_versions (item, sequence, availability, present, since)
            VALUES (?1, ?2, ?3, ?5, coalesce(
              (SELECT since FROM (SELECT availability, since FROM stock_versions WHERE item = ?1 ORDER BY sequence DESC LIMIT 1)
               WHERE availability = ?3), ?4))
            """, item, event.sequence, (availability ?? .outOfStock).rawValue, event.observed, availability != nil)
    }

    /// The watch's pending items by their keys, which are then no longer pending.
    func takePending(of watch: UnsafeRawBufferPointer) throws -> [Pending] {
        var pending: [Pending] = []
        try database.forEach(
            """
            SELECT stock_pending.item, stock_pending.in_stock, stock_pending.price, stock_pending.reading,
              stock_items.in_stock, stock_items.price, stock_items.unknown_runs, stock_items.unknown_told
            FROM stock_pending JOIN stock_items ON stock_items.item = stock_pending.item
            JOIN items ON items.id = stock_pending.item
            WHERE items.watch = coalesce((SELECT watch FROM names WHERE former = ?1), ?1) ORDER BY items.key
            """, TextInPlace(watch)
        ) { row in
            let before = StockMemory(isInStock: row.optional(1) { $0.bool($1) }, price: row.array(2))
            pending.append(
                Pending(
                    item: Int64(row.int(0)), before: before, after: StockMemory(row, from: 4), isReading: row.bool(3)))
        }
        for item in pending { try database.run("DELETE FROM stock_pending WHERE item = ?", item.item) }
        return pending
    }

    /// The watch's items of which nobody can tell at present, by their keys.
    func unknown(of watch: UnsafeRawBufferPointer) throws -> [(item: Int64, memory: StockMemory)] {
        var unknown: [(Int64, StockMemory)] = []
        try database.forEach(
            """
            SELECT item, in_stock, price, unknown_runs, unknown_told FROM stock_items JOIN items ON items.id = stock_items.item
            WHERE unknown_runs IS NOT NULL AND items.watch = coalesce((SELECT watch FROM names WHERE former = ?1), ?1)
            ORDER BY items.key
            """, TextInPlace(watch)
        ) { unknown.append((Int64($0.int(0)), StockMemory($0, from: 1))) }
        return unknown
    }

    /// Notes that a run did not see an item; its row, where there is such an item.
    func addMiss(_ key: String, of watch: UnsafeRawBufferPointer, _ event: EventView) throws -> Int64? {
        let item = try database.first(
            "SELECT id FROM items WHERE watch = coalesce((SELECT watch FROM names WHERE former = ?1), ?1) AND key = ?2",
            TextInPlace(watch), key
        ) { Int64($0.int(0)) }
        if let item {
            try database.run(
                "INSERT OR IGNORE INTO stock_misses (item, sequence) VALUES (?, ?)", item, event.sequence)
        }
        return item
    }

    func addRun(_ event: EventView, looked: Bool, status: StockStatus?) throws {
        try database.run(
            """
            INSERT INTO stock_runs (sequence, watch, time, looked, status)
            VALUES (?1, coalesce((SELECT watch FROM names WHERE former = ?2), ?2), ?3, ?4, ?5)
            """, event.sequence, TextInPlace(event.subject.raw), event.observed, looked, status?.rawValue)
    }
}

extension StockMemory {
    fileprivate init(_ row: ResultRow, from column: Int32) {
        self.init(
            isInStock: row.optional(column) { $0.bool($1) }, price: row.array(column + 1),
            unknownRuns: row.optional(column + 2) { $0.int($1) }, isUnknownTold: row.bool(column + 3))
    }
}
