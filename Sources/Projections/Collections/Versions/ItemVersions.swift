// Reads an item's versions out of the stretches in which they stand.

import EventLog

/// A moment as two limits, of which a version must keep both.
struct Limits {
    let sequence: Int64
    let time: Int64

    init(_ asOf: AsOf) { (sequence, time) = asOf.limits }

    func hold(_ version: ItemVersion) -> Bool {
        Int64(clamping: version.sequence) <= sequence && version.time <= time
    }
}

struct ItemVersions {
    typealias Held = (version: ItemVersion, state: [UInt8])

    private let database: Connection

    init(_ database: Connection) { self.database = database }

    /// The last version of a stretch that keeps the limits.
    private static func last(
        in packed: UnsafeRawBufferPointer, first: ItemVersion, within limits: Limits
    ) throws(SQLiteError) -> Held? {
        var reader = StretchReader(packed, first: first)
        var isHeld = false
        while try reader.next(where: limits.hold) { isHeld = true }
        return isHeld ? (reader.version, reader.state) : nil
    }

    /// The version that held at a moment, in the stretch whose sequence, time, number and bytes stand in a row from `column` on; `nil`
    /// where there is none. `goesBack` is the item's.
    func held(
        _ row: ResultRow, _ column: Int32, item: Int64, goesBack: Bool, _ asOf: AsOf
    ) throws -> Held? {
        guard !row.isNull(column) else { return nil }
        let limits = Limits(asOf)
        if goesBack, case .observed = asOf { return try newestByTime(item, within: limits) }
        let first = ItemVersion(
            sequence: row.sequence(column), time: row.time(column + 1), number: row.int(column + 2))
        return try ItemVersions.last(in: row.bytes(column + 3), first: first, within: limits)
    }

    /// The newest by time, in an item whose times go back: all of its versions are looked at.
    private func newestByTime(_ item: Int64, within limits: Limits) throws -> Held? {
        var held: Held?
        try forEach(item) { _, version, state in
            guard limits.hold(version), held.map({ $0.version.time <= version.time }) ?? true else { return }
            held = (version, state)
        }
        return held
    }

    func history(_ item: Int64, watch: String, key: String, within limits: Limits) throws -> [ItemVersionRow] {
        var rows: [ItemVersionRow] = []
        /// Whether the row before is the version before, whose end this one is.
        var isNext = false
        try forEach(item, upTo: limits.sequence) { before, version, state in
            let isKnown = limits.hold(version)
            if isKnown, isNext, let last = rows.popLast() {
                rows.append(last.ending(Timestamp(millisecondsSinceEpoch: version.time)))
            }
            if isKnown { rows.append(try ItemVersions.row(before, version, state, watch, key)) }
            isNext = isKnown
        }
        return rows
    }

    /// The version that the event at `sequence` made.
    func version(_ item: Int64, watch: String, key: String, at sequence: UInt64) throws -> ItemVersionRow? {
        var found: ItemVersionRow?
        // From the stretch before: the first version of a stretch differs from the last one there.
        let first = try database.first(
            "SELECT sequence FROM versions WHERE item = ? AND sequence <= ? ORDER BY sequence DESC LIMIT 1 OFFSET 1",
            item,
            sequence
        ) { $0.sequence(0) }
        try forEach(item, from: first ?? 0, upTo: Int64(clamping: sequence)) { before, version, state in
            if version.sequence == sequence { found = try ItemVersions.row(before, version, state, watch, key) }
        }
        return found
    }

    /// Hands over versions with their states, and the state before where the version is not the first that is handed over.
    private func forEach(
        _ item: Int64, from: UInt64 = 0, upTo last: Int64 = .max,
        _ body: (_ before: Held?, ItemVersion, _ state: [UInt8]) throws -> Void
    ) throws {
        var before: Held?
        try database.forEach(
            """
            SELECT sequence, time, version, packed FROM versions
            WHERE item = ? AND sequence BETWEEN ? AND ? ORDER BY sequence
            """, item, from, last
        ) { row in
            let first = ItemVersion(sequence: row.sequence(0), time: row.time(1), number: row.int(2))
            var reader = StretchReader(row.bytes(3), first: first)
            while try reader.next(where: { Int64(clamping: $0.sequence) <= last }) {
                try body(before, reader.version, reader.state)
                before = (reader.version, reader.state)
            }
        }
    }

    /// The step from one version to the next, told with what changed.
    private static func row(
        _ before: Held?, _ version: ItemVersion, _ state: [UInt8], _ watch: String, _ key: String
    ) throws -> ItemVersionRow {
        let changes = try (before?.state ?? []).withUnsafeBytes { old in
            try state.withUnsafeBytes { new in
                let known = before.map {
                    KnownItem(version: $0.version.number, isPresent: $0.version.isPresent, fields: old)
                }
                return try ItemStep.from(known, version.isPresent ? .observed(new) : .absent)?.changes
            }
        }
        return ItemVersionRow(
            watch: watch, key: key, version: version.number,
            since: Timestamp(millisecondsSinceEpoch: version.time), until: nil,
            state: ItemState(present: version.isPresent), changes: changes ?? FieldChanges.none, fields: state,
            sequence: version.sequence)
    }
}

extension ItemVersion {
    /// A stretch's first version, as its row's columns tell it.
    init(sequence: UInt64, time: Timestamp, number: Int) {
        self.init(
            number: number, sequence: sequence, time: time.millisecondsSinceEpoch, isPresent: true)
    }
}

extension ItemState {
    init(present: Bool) { self = present ? .present : .absent }
}

extension ItemVersionRow {
    fileprivate func ending(_ time: Timestamp) -> ItemVersionRow {
        ItemVersionRow(
            watch: watch, key: key, version: version, since: since, until: time, state: state, changes: changes,
            fields: fields, sequence: sequence)
    }
}
