// The statements with which a keyed collection's fold reads and writes its tables.

import EventLog

struct ItemTable {
    /// Where an item's newest version stands.
    struct Newest {
        let item: Int64
        let sequence: UInt64
        /// The sequence under which its fields stand.
        let state: UInt64
    }

    private let database: Connection

    init(_ database: Connection) { self.database = database }

    /// Hands over an item's newest version, whose fields lie in the row and are gone afterwards; `nil` for a new item.
    func newest<Result>(_ place: ItemPlace, _ body: (Newest, KnownItem) throws -> Result) throws -> Result? {
        try database.first(
            """
            SELECT items.id, versions.sequence, versions.state, versions.version, versions.present, states.fields
            FROM items JOIN versions ON versions.item = items.id JOIN states ON states.sequence = versions.state
            WHERE items.watch = coalesce((SELECT watch FROM names WHERE former = ?1), ?1) AND items.key = ?2
            ORDER BY versions.sequence DESC LIMIT 1
            """, TextInPlace(place.watch), TextInPlace(place.key)
        ) { row in
            try body(
                Newest(item: Int64(row.int(0)), sequence: row.sequence(1), state: row.sequence(2)),
                KnownItem(version: row.int(3), isPresent: row.bool(4), fields: row.bytes(5)))
        }
    }

    func addItem(_ place: ItemPlace, firstSeen: Timestamp) throws -> Int64 {
        try database.run(
            """
            INSERT INTO items (watch, key, first_seen)
            VALUES (coalesce((SELECT watch FROM names WHERE former = ?1), ?1), ?2, ?3)
            """, TextInPlace(place.watch), TextInPlace(place.key), firstSeen)
        return database.lastInsertedRow
    }

    func addState(_ fields: UnsafeRawBufferPointer, at sequence: UInt64) throws {
        try database.run("INSERT INTO states (sequence, fields) VALUES (?, ?)", sequence, TextInPlace(fields))
    }

    /// Fills in where a version's interval ends.
    func end(_ version: Newest, with event: EventView) throws {
        try database.run(
            "UPDATE versions SET until_sequence = ?, until_time = ? WHERE item = ? AND sequence = ?", event.sequence,
            event.observed, version.item, version.sequence)
    }

    func add(_ step: ItemStep, to item: Int64, _ event: EventView, state: UInt64) throws {
        try database.run(
            "INSERT INTO versions (item, sequence, time, version, present, state) VALUES (?, ?, ?, ?, ?, ?)",
            item, event.sequence, event.observed, step.version, step.isPresent, state)
    }

    func hasHadCompleteRun(_ watch: UnsafeRawBufferPointer) throws -> Bool {
        try database.first(
            "SELECT 1 FROM watches WHERE name = coalesce((SELECT watch FROM names WHERE former = ?1), ?1)",
            TextInPlace(watch)
        ) { _ in true } ?? false
    }
}
