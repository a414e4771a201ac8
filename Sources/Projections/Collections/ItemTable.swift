// The statements with which a keyed collection's fold reads and writes its tables.

import EventLog

struct ItemTable {
    /// An item as the tables have it.
    struct Known {
        let item: Int64
        /// Which of the item's stretches is the newest, from 0.
        let number: Int64
        let stretch: Stretch
    }

    /// `versions` holds an item's stretches under places one behind the other.
    private static let placesPerItem: Int64 = 1 << 20

    private let database: Connection

    init(_ database: Connection) { self.database = database }

    /// An item with its newest stretch; `nil` for a new item.
    func newest(_ place: ItemPlace) throws -> Known? {
        try database.first(
            """
            SELECT items.id, versions.place, versions.sequence, versions.time, versions.version, versions.packed
            FROM items JOIN versions ON versions.item = items.id
            WHERE items.watch = coalesce((SELECT watch FROM names WHERE former = ?1), ?1) AND items.key = ?2
            ORDER BY versions.sequence DESC LIMIT 1
            """, TextInPlace(place.watch), TextInPlace(place.key)
        ) { row in
            let first = ItemVersion(
                number: row.int(4), sequence: row.sequence(2), time: Int64(row.int(3)), isPresent: true)
            return Known(
                item: Int64(row.int(0)), number: Int64(row.int(1)) % ItemTable.placesPerItem,
                stretch: try Stretch(row.bytes(5), first: first))
        }
    }

    /// The number of an item that is known.
    func item(_ place: ItemPlace) throws -> Int64? {
        try database.first(
            """
            SELECT id FROM items
            WHERE watch = coalesce((SELECT watch FROM names WHERE former = ?1), ?1) AND key = ?2
            """, TextInPlace(place.watch), TextInPlace(place.key)
        ) { Int64($0.int(0)) }
    }

    func addItem(watch: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer, firstSeen: Timestamp) throws -> Int64 {
        try database.run(
            """
            INSERT INTO items (watch, key, first_seen)
            VALUES (coalesce((SELECT watch FROM names WHERE former = ?1), ?1), ?2, ?3)
            """, TextInPlace(watch), TextInPlace(key), firstSeen)
        return database.lastInsertedRow
    }

    func add(_ stretch: Stretch, of item: Int64, number: Int64) throws {
        try stretch.packed.withUnsafeBytes { packed in
            try database.run(
                "INSERT INTO versions (place, item, sequence, time, version, packed) VALUES (?, ?, ?, ?, ?, ?)",
                item * ItemTable.placesPerItem + number, item, stretch.first.sequence, stretch.first.time,
                stretch.first.number, BlobInPlace(packed))
        }
    }

    func replace(_ stretch: Stretch, of item: Int64, number: Int64) throws {
        try stretch.packed.withUnsafeBytes { packed in
            try database.run(
                "UPDATE versions SET packed = ? WHERE place = ?", BlobInPlace(packed),
                item * ItemTable.placesPerItem + number)
        }
    }

    /// From now on a moment in time has to be looked for in all of the item's versions.
    func markGoingBack(_ item: Int64) throws {
        try database.run("UPDATE items SET goes_back = 1 WHERE id = ?", item)
    }

    func hasHadCompleteRun(_ watch: UnsafeRawBufferPointer) throws -> Bool {
        try database.first(
            "SELECT 1 FROM watches WHERE name = coalesce((SELECT watch FROM names WHERE former = ?1), ?1)",
            TextInPlace(watch)
        ) { _ in true } ?? false
    }
}
