// Questions to a keyed collection, as of any moment: for each item one seek to the version that held then.

import EventLog

/// Reads a keyed collection's tables, inside `ProjectionEngine.read`.
public struct ItemQuery {
    let database: Connection

    public init(_ database: Connection) { self.database = database }

    /// A watch answers to the names that it had, too.
    var names: NameTable { NameTable(database) }

    /// Hands over every item that was known at that moment, by watch and then key in the order of their bytes.
    public func list(
        watch: String? = nil, state: ItemState? = nil, asOf: AsOf = .now, _ body: (ItemRow) throws -> Void
    ) throws {
        let filter = "(?3 IS NULL OR items.watch = ?3)"
        try select(filter, asOf, try watch.map(names.resolved)) { row in
            if state == nil || row.state == state { try body(row) }
        }
    }

    /// The same as an array.
    public func list(watch: String? = nil, state: ItemState? = nil, asOf: AsOf = .now) throws -> [ItemRow] {
        var rows: [ItemRow] = []
        try list(watch: watch, state: state, asOf: asOf) { rows.append($0) }
        return rows
    }

    /// The items with this key, one for each watch that has one. `WATCH/KEY` names one alone.
    public func show(_ key: String, watch: String? = nil, asOf: AsOf = .now) throws -> [ItemRow] {
        var rows: [ItemRow] = []
        let name = ItemName(key)
        let watch = try watch.map(names.resolved)
        try select("items.id IN (\(ItemQuery.named))", asOf, name.key, name.watch, name.rest) { row in
            if row.watch.isSame(as: watch) { rows.append(row) }
        }
        return rows
    }

    /// Every version that the items with this key had had by that moment, oldest first.
    public func history(_ key: String, watch: String? = nil, asOf: AsOf = .now) throws -> [ItemVersionRow] {
        var rows: [ItemVersionRow] = []
        let name = ItemName(key)
        let watch = try watch.map(names.resolved)
        let limits = asOf.limits
        try database.forEach(
            dynamic: """
                SELECT items.watch, items.key, versions.version, versions.present, states.fields, versions.time,
                  versions.sequence, changes.detail,
                  CASE WHEN until_sequence <= ?1 AND until_time <= ?2 THEN until_time END
                FROM items JOIN versions ON versions.item = items.id AND versions.sequence <= ?1 AND versions.time <= ?2
                JOIN states ON states.sequence = versions.state
                JOIN changes ON changes.sequence = versions.sequence AND changes.ordinal = 0
                WHERE items.id IN (\(ItemQuery.named)) ORDER BY items.watch, items.key, versions.sequence
                """, limits.sequence, limits.time, name.key, name.watch, name.rest
        ) { row in
            if row.text(0).isSame(as: watch) { rows.append(ItemVersionRow(row)) }
        }
        return rows
    }

    /// What differs between two versions of the items with this key; without numbers, between the newest version by that
    /// moment and the one before it. An item that has no such version is left out.
    public func diff(
        _ key: String, watch: String? = nil, from: Int? = nil, to: Int? = nil, asOf: AsOf = .now
    ) throws -> [ItemDiffRow] {
        let versions = try history(key, watch: watch, asOf: asOf)
        // Rows of one item stand together.
        let firsts = versions.indices.filter { versions[$0].version == 1 }
        return try zip(firsts, firsts.dropFirst() + [versions.count]).compactMap { first, end in
            let item = versions[first..<end]
            let last = to ?? item.count
            guard let new = item.first(where: { $0.version == last }),
                let old = item.first(where: { $0.version == from ?? max(1, last - 1) })
            else { return nil }
            return try ItemDiffRow(from: old, to: new)
        }
    }

    /// The version that the event at `sequence` made.
    func version(of subject: String, at sequence: UInt64) throws -> ItemRow? {
        let name = ItemName(subject)
        let found = try database.first(
            """
            SELECT items.watch, items.key, versions.version, versions.present, states.fields, items.first_seen,
              versions.time, versions.sequence
            FROM items JOIN versions ON versions.item = items.id AND versions.sequence = ?1
            JOIN states ON states.sequence = versions.state
            WHERE items.watch = coalesce((SELECT watch FROM names WHERE former = ?2), ?2) AND items.key = ?3
            """, sequence, name.watch, name.rest
        ) { ItemRow($0) }
        if let found { return found }
        // Where a watch took a name that another had, items stand under names that theirs does not lead to. Keys stay.
        return try database.first(
            """
            SELECT items.watch, items.key, versions.version, versions.present, states.fields, items.first_seen,
              versions.time, versions.sequence
            FROM items JOIN versions ON versions.item = items.id AND versions.sequence = ?1
            JOIN states ON states.sequence = versions.state
            WHERE items.key = ?2
            """, sequence, name.rest
        ) { ItemRow($0) }
    }

    /// Items by key (?3), or by watch (?4) and key (?5).
    private static let named = """
        SELECT id FROM items WHERE key = ?3
        UNION SELECT id FROM items WHERE watch = coalesce((SELECT watch FROM names WHERE former = ?4), ?4) AND key = ?5
        """

    /// Items that pass `filter`, each in the version that held at that moment, if any did. In both senses of "as of" this
    /// is a seek in an index: versions stand there by sequence and by time, and within one millisecond by sequence.
    private func select<each Value: Bindable>(
        _ filter: String, _ asOf: AsOf, _ values: repeat each Value, body: (ItemRow) throws -> Void
    ) throws {
        let limits = asOf.limits
        try database.forEach(
            dynamic: """
                SELECT items.watch, items.key, versions.version, versions.present, states.fields, items.first_seen,
                  versions.time, versions.sequence
                FROM items JOIN versions ON versions.item = items.id AND versions.sequence =
                  (\(asOf.heldVersion(sequence: "?1", time: "?2")))
                JOIN states ON states.sequence = versions.state
                WHERE \(filter) ORDER BY items.watch, items.key
                """, limits.sequence, limits.time, repeat each values
        ) { try body(ItemRow($0)) }
    }
}

/// A key as someone typed it: the key alone, or `WATCH/KEY`.
struct ItemName {
    let key: String
    let watch: String?
    let rest: String?

    init(_ text: String) {
        key = text
        let slash = text.utf8.firstIndex(of: UInt8(ascii: "/"))
        watch = slash.map { String(text[..<$0]) }
        rest = slash.map { String(text[text.utf8.index(after: $0)...]) }
    }
}

extension String {
    /// By bytes; `nil` asks for nothing in particular.
    func isSame(as wanted: String?) -> Bool {
        wanted.map { utf8.elementsEqual($0.utf8) } ?? true
    }
}

extension ItemState {
    init(present: Bool) { self = present ? .present : .absent }
}

extension ItemRow {
    fileprivate init(_ row: ResultRow) {
        self.init(
            watch: row.text(0), key: row.text(1), version: row.int(2), state: ItemState(present: row.bool(3)),
            fields: row.array(4), firstSeen: row.time(5), lastChanged: row.time(6), sequence: row.sequence(7))
    }
}

extension ItemVersionRow {
    fileprivate init(_ row: ResultRow) {
        self.init(
            watch: row.text(0), key: row.text(1), version: row.int(2), since: row.time(5),
            until: row.optional(8) { $0.time($1) }, state: ItemState(present: row.bool(3)), changes: row.array(7),
            fields: row.array(4), sequence: row.sequence(6))
    }
}

extension ItemDiffRow {
    fileprivate init(from old: ItemVersionRow, to new: ItemVersionRow) throws {
        let changes = try old.fields.withUnsafeBytes { old in
            try new.fields.withUnsafeBytes { new in try FieldChanges.between(old, new) }
        }
        self.init(
            watch: new.watch, key: new.key, from: old.version, to: new.version, fromState: old.state,
            toState: new.state, changes: changes)
    }
}
