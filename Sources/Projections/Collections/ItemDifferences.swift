// What differs between two moments: which items came, went or changed, wherever the two lie and in whichever sense.

import CanonicalJSON

/// One item that is not at one moment what it is at another: a line of `sessions diff --from POINT --to POINT`.
public struct ItemDifference: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        /// Not there at the one moment (unknown, or absent), there at the other.
        case came
        /// There, and not any more.
        case went
        /// There at both, with other fields.
        case changed
    }

    /// What held at one of the moments.
    public struct End: Sendable, Equatable {
        public let version: Int
        public let state: ItemState
        /// A canonical JSON object; for an absent item as last observed.
        public let fields: [UInt8]
    }

    public let watch: String
    public let key: String
    public let kind: Kind
    /// Nothing where the item was not known then.
    public let from: End?
    public let to: End?
    /// As in `ItemVersionRow`; empty unless the item changed, or came back otherwise than it went.
    public let changes: [UInt8]

    /// The fields that it has at the second moment, or last had.
    public var fields: [UInt8] { (to ?? from)?.fields ?? Array("{}".utf8) }

    /// `{"watch","key","change","from"?:{"version","state"},"to"?:{…},"changes","fields"}`, without a newline.
    public var line: [UInt8] {
        var line = JSONLine()
        line.add("watch", watch)
        line.add("key", key)
        line.add("change", kind.rawValue)
        if let from { line.add("from", json: from.line) }
        if let to { line.add("to", json: to.line) }
        line.add("changes", json: ChangeDiffs.completed(changes))
        line.add("fields", json: fields)
        return line.finished
    }

    /// Nothing where the item is the same at both, or at neither there.
    init?(watch: String, key: String, from: End?, to: End?) throws {
        guard let kind = Kind(from, to) else { return nil }
        self.watch = watch
        self.key = key
        self.kind = kind
        self.from = from
        self.to = to
        guard kind != .went, let from, let to else {
            changes = FieldChanges.none
            return
        }
        changes = try from.fields.withUnsafeBytes { old in
            try to.fields.withUnsafeBytes { new in try FieldChanges.between(old, new) }
        }
    }
}

extension ItemDifference.Kind {
    init?(_ from: ItemDifference.End?, _ to: ItemDifference.End?) {
        switch (from?.state == .present, to?.state == .present) {
        case (false, true): self = .came
        case (true, false): self = .went
        case (true, true) where from?.fields != to?.fields: self = .changed
        default: return nil
        }
    }
}

extension ItemDifference.End {
    fileprivate var line: [UInt8] {
        var line = JSONLine()
        line.add("version", version)
        line.add("state", state.rawValue)
        return line.finished
    }

    fileprivate init?(_ held: ItemVersions.Held?) {
        guard let held else { return nil }
        self.init(
            version: held.version.number, state: ItemState(present: held.version.isPresent), fields: held.state)
    }
}

extension ItemQuery {
    /// Hands over what differs between two moments, by watch and then key in the order of their bytes. The second may be the
    /// earlier one.
    ///
    /// For each item the two stretches that hold its versions are found in an index.
    ///
    /// - Parameter key: of these items alone; `WATCH/KEY` names one.
    public func differences(
        watch: String? = nil, key: String? = nil, from: AsOf, to: AsOf, _ body: (ItemDifference) throws -> Void
    ) throws {
        let (start, end) = (from.limits, to.limits)
        let name = key.map(ItemName.init)
        let versions = ItemVersions(database)
        try database.forEach(
            dynamic: ItemQuery.comparison(from, to), start.sequence, start.time, end.sequence, end.time,
            try watch.map(names.resolved), name?.key,
            name?.watch, name?.rest
        ) { row in
            let (item, goesBack) = (Int64(row.int(2)), row.bool(3))
            let old = try versions.held(row, 4, item: item, goesBack: goesBack, from)
            let new = try versions.held(row, 8, item: item, goesBack: goesBack, to)
            guard old?.version != new?.version else { return }
            let difference = try ItemDifference(
                watch: row.text(0), key: row.text(1), from: .init(old), to: .init(new))
            if let difference { try body(difference) }
        }
    }

    /// Items with the stretches that hold their versions at the two moments (limits ?1 to ?4); of a watch (?5), by key (?6), or by
    /// watch and key (?7, ?8).
    static func comparison(_ from: AsOf, _ to: AsOf) -> String {
        """
        SELECT items.watch, items.key, items.id, items.goes_back,
          old.sequence, old.time, old.version, old.packed, new.sequence, new.time, new.version, new.packed
        FROM items
        LEFT JOIN versions old ON old.place = (\(from.heldStretch(sequence: "?1", time: "?2")))
        LEFT JOIN versions new ON new.place = (\(to.heldStretch(sequence: "?3", time: "?4")))
        WHERE (?5 IS NULL OR items.watch = ?5)
          AND (?6 IS NULL OR items.key = ?6
            OR items.watch = coalesce((SELECT watch FROM names WHERE former = ?7), ?7) AND items.key = ?8)
        ORDER BY items.watch, items.key
        """
    }

    /// The same as an array.
    public func differences(
        watch: String? = nil, key: String? = nil, from: AsOf, to: AsOf
    ) throws -> [ItemDifference] {
        var found: [ItemDifference] = []
        try differences(watch: watch, key: key, from: from, to: to) { found.append($0) }
        return found
    }
}
