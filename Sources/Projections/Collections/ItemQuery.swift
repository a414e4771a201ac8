// Questions to a keyed collection, as of any moment: for each item one seek to the version that held then.

import EventLog

/// Reads a keyed collection's tables, inside `ProjectionEngine.read`.
public struct ItemQuery {
    let database: Connection
    /// What the collection `stock` knows besides.
    private let stock: StockQuery?

    public init(_ database: Connection) {
        self.database = database
        stock = StockQuery(ifIn: database)
    }

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
        let name = ItemName(key)
        let watch = try watch.map(names.resolved)
        var items: [(id: Int64, watch: String, key: String)] = []
        try database.forEach(
            dynamic: "SELECT id, watch, key FROM items WHERE id IN (\(ItemQuery.named)) ORDER BY watch, key", 0, 0,
            name.key, name.watch, name.rest
        ) { items.append((Int64($0.int(0)), $0.text(1), $0.text(2))) }
        return try items.filter { $0.watch.isSame(as: watch) }.flatMap { item in
            try ItemVersions(database).history(item.id, watch: item.watch, key: item.key, within: Limits(asOf))
        }
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

    /// The version that the event at `sequence` made, with what changed.
    func version(of subject: String, at sequence: UInt64) throws -> ItemVersionRow? {
        let name = ItemName(subject)
        let versions = ItemVersions(database)
        let item = try database.first(
            """
            SELECT id, watch, key FROM items
            WHERE watch = coalesce((SELECT watch FROM names WHERE former = ?1), ?1) AND key = ?2
            """, name.watch, name.rest
        ) { (id: Int64($0.int(0)), watch: $0.text(1), key: $0.text(2)) }
        if let item, let row = try versions.version(item.id, watch: item.watch, key: item.key, at: sequence) {
            return row
        }
        // Where a watch took a name that another had, items stand under names that theirs does not lead to. Keys stay.
        var others: [(id: Int64, watch: String, key: String)] = []
        try database.forEach("SELECT id, watch, key FROM items WHERE key = ?", name.rest) {
            others.append((Int64($0.int(0)), $0.text(1), $0.text(2)))
        }
        for other in others {
            let row = try versions.version(other.id, watch: other.watch, key: other.key, at: sequence)
            if let row { return row }
        }
        return nil
    }

    /// Items by key (?3), or by watch (?4) and key (?5).
    private static let named = """
        SELECT id FROM items WHERE key = ?3
        UNION SELECT id FROM items WHERE watch = coalesce((SELECT watch FROM names WHERE former = ?4), ?4) AND key = ?5
        """

    /// Items that pass `filter`, each in the version that held at that moment, if any did. In both senses of "as of" this
    /// is a seek in an index for the stretch that holds it: they stand there by sequence and by time, and within one millisecond
    /// by sequence.
    private func select<each Value: Bindable>(
        _ filter: String, _ asOf: AsOf, _ values: repeat each Value, body: (ItemRow) throws -> Void
    ) throws {
        let limits = asOf.limits
        let versions = ItemVersions(database)
        var lastRuns: [String: Int64] = [:]
        try database.forEach(
            dynamic: """
                SELECT items.watch, items.key, items.first_seen, items.id, items.goes_back,
                  versions.sequence, versions.time, versions.version, versions.packed
                FROM items JOIN versions ON versions.place = (\(asOf.heldStretch(sequence: "?1", time: "?2")))
                WHERE \(filter) ORDER BY items.watch, items.key
                """, limits.sequence, limits.time, repeat each values
        ) { row in
            guard let held = try versions.held(row, 5, item: Int64(row.int(3)), goesBack: row.bool(4), asOf) else {
                return
            }
            var item = ItemRow(
                watch: row.text(0), key: row.text(1), version: held.version.number,
                state: ItemState(present: held.version.isPresent), fields: held.state, firstSeen: row.time(2),
                lastChanged: Timestamp(millisecondsSinceEpoch: held.version.time), sequence: held.version.sequence)
            item.stock = try stock?.state(of: item, asOf: asOf, &lastRuns)
            try body(item)
        }
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
