// Sessions, items, users: whatever is watched as a list of things with keys. One mechanism, a kind is a row in a table.

import CanonicalJSON
import EventLog

/// The projection of a keyed collection: every item's versions, each with the interval in which it held.
///
/// Rows are written once; only the end of a version's interval is filled in when the next one begins. So a table as of any
/// moment, now included, is one indexed read per item.
public struct KeyedCollection: Projection {
    /// `sessions`: what a conference lists.
    public static let sessions = KeyedCollection(name: "sessions", family: "session")
    /// `items`: any other list.
    public static let items = KeyedCollection(name: "items", family: "item")
    /// `pages`: one page's text each.
    public static let pages = KeyedCollection(name: "pages", family: "page")
    /// Every kind there is.
    public static let kinds = [sessions, items, pages]

    public let name: String
    /// The events' family: `FAMILY.observed` and `FAMILY.absent` are what it reads.
    public let family: String
    public let version = 2
    private let observed: [UInt8]
    private let absent: [UInt8]

    private init(name: String, family: String) {
        self.name = name
        self.family = family
        observed = Array("\(family).observed".utf8)
        absent = Array("\(family).absent".utf8)
    }

    /// Its own; runs, which say when a watch has had its first complete look; and watches, which may be renamed.
    public var families: Set<String> { [family, "run", "watch"] }

    public func createTables(_ database: Connection) throws {
        try database.execute(
            """
            \(NameTable.definition)
            -- Watches that have had a complete run; what they see from then on is live.
            CREATE TABLE watches (name TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE items (
              id INTEGER PRIMARY KEY, watch TEXT NOT NULL, key TEXT NOT NULL, first_seen INTEGER NOT NULL,
              UNIQUE (watch, key)
            );
            -- What an item looked like, by the sequence of the event that says so.
            CREATE TABLE states (sequence INTEGER PRIMARY KEY, fields TEXT NOT NULL);
            -- A version held from its sequence and time up to, and without, the next one's.
            CREATE TABLE versions (
              item INTEGER NOT NULL, sequence INTEGER NOT NULL, until_sequence INTEGER,
              time INTEGER NOT NULL, until_time INTEGER, version INTEGER NOT NULL, present INTEGER NOT NULL,
              state INTEGER NOT NULL,
              PRIMARY KEY (item, sequence)
            ) WITHOUT ROWID;
            """)
    }

    public func createIndexes(_ database: Connection) throws {
        try database.execute(
            """
            CREATE INDEX items_by_key ON items (key);
            CREATE INDEX versions_by_time ON versions (item, time);
            """)
    }

    public func fold(_ event: EventView, into context: inout FoldContext) throws {
        if event.type.raw.elementsEqual(observed) {
            try see(event, .observed(event.data), &context)
        } else if event.type.raw.elementsEqual(absent) {
            try see(event, .absent, &context)
        } else if event.type.raw.elementsEqual("run.completed".utf8) {
            try context.database.run(
                """
                INSERT OR IGNORE INTO watches (name, since)
                VALUES (coalesce((SELECT watch FROM names WHERE former = ?1), ?1), ?2)
                """, TextInPlace(event.subject.raw), event.sequence)
        } else if event.type == NameTable.eventType {
            try rename(event, context.database)
        }
    }

    /// The items go on under the new name, with all their versions: they are the same items.
    private func rename(_ event: EventView, _ database: Connection) throws {
        guard let former = try NameTable(database).rename(event) else { return }
        let name = TextInPlace(event.subject.raw)
        try former.withUnsafeBytes { former in
            let former = TextInPlace(former)
            try database.run("UPDATE OR IGNORE items SET watch = ? WHERE watch = ?", name, former)
            try database.run("UPDATE OR IGNORE watches SET name = ? WHERE name = ?", name, former)
        }
    }

    private func see(_ event: EventView, _ sighting: Sighting, _ context: inout FoldContext) throws {
        let place = try ItemPlace(subject: event.subject.raw)
        let table = ItemTable(context.database)
        let found = try table.newest(place) { newest, known in (newest, try ItemStep.from(known, sighting)) }
        guard let step = try found == nil ? ItemStep.from(nil, sighting) : found?.1 else { return }
        var state = found?.0.state ?? event.sequence
        if case .observed(let fields) = sighting {
            state = event.sequence
            try table.addState(fields, at: event.sequence)
        }
        if let newest = found?.0 { try table.end(newest, with: event) }
        let item = try found?.0.item ?? table.addItem(place, firstSeen: event.observed)
        try table.add(step, to: item, event, state: state)
        let origin = try origin(of: event, watch: place.watch, table)
        try context.emit(
            "\(family).\(step.kind.rawValue)", subject: event.subject.raw, origin: origin, detail: step.changes)
    }

    private func origin(
        of event: EventView, watch: UnsafeRawBufferPointer, _ table: ItemTable
    ) throws -> Origin {
        if let origin = Origin.imported(event) { return origin }
        if event.causation != nil { return .reading }
        return try table.hasHadCompleteRun(watch) ? .live : .firstLook
    }

    public func describe(_ change: EmittedChange, detail: [UInt8], in database: Connection) throws -> JSONMembers {
        let query = ItemQuery(database)
        guard let row = try query.version(of: change.subject, at: change.position.sequence) else { return [] }
        return [
            // As it was called then: what a change says stays the same when its watch is renamed.
            ("watch", .string(String(decoding: change.subject.utf8.prefix { $0 != UInt8(ascii: "/") }, as: UTF8.self))),
            ("key", .string(row.key)),
            ("version", JSON(row.version)), ("state", .string(row.state.rawValue)),
            ("changes", ChangeDiffs.completed(try JSON.parse(detail))),
            ("fields", try JSON.parse(row.fields)),
        ]
    }
}

/// A subject, `WATCH/KEY`, in its two parts. Watches have no slash in their names; keys may.
struct ItemPlace {
    let watch: UnsafeRawBufferPointer
    let key: UnsafeRawBufferPointer

    init(subject: UnsafeRawBufferPointer) throws(FoldError) {
        guard let slash = subject.firstIndex(of: UInt8(ascii: "/")), slash > 0, slash + 1 < subject.count else {
            throw FoldError("its subject is not WATCH/KEY")
        }
        watch = UnsafeRawBufferPointer(rebasing: subject[..<slash])
        key = UnsafeRawBufferPointer(rebasing: subject[(slash + 1)...])
    }
}
