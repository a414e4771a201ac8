// Sessions, items, users: whatever is watched as a list of things with keys. One mechanism, a kind is a row in a table.

import CanonicalJSON
import EventLog

/// The projection of a keyed collection: every item's versions, each with the interval in which it held.
///
/// An item's versions stand together, a stretch of them in a row. So a table as of any moment, now included, is one indexed
/// read per item.
public struct KeyedCollection: Projection {
    /// `sessions`: what a conference lists.
    public static let sessions = KeyedCollection(name: "sessions", family: "session")
    /// `items`: any other list.
    public static let items = KeyedCollection(name: "items", family: "item")
    /// `stock`: what a shop has, and whether it is to be had.
    public static let stock = KeyedCollection(name: "stock", family: "stock", rules: StockRules())
    /// `pages`: one page's text each.
    public static let pages = KeyedCollection(name: "pages", family: "page")
    /// Every kind there is.
    public static let kinds = [sessions, items, stock, pages]

    public let name: String
    /// The events' family: `FAMILY.observed` and `FAMILY.absent` are what it reads.
    public let family: String
    public let version = 3
    private let observed: [UInt8]
    private let absent: [UInt8]
    private let rules: (any CollectionRules)?

    private init(name: String, family: String, rules: (any CollectionRules)? = nil) {
        self.name = name
        self.family = family
        self.rules = rules
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
              -- Whether one of its versions was observed before the one that it follows.
              goes_back INTEGER NOT NULL DEFAULT 0,
              UNIQUE (watch, key)
            );
            -- Stretches of an item's versions. A version held from its sequence and time up to, and without, the next one's.
            CREATE TABLE versions (
              place INTEGER PRIMARY KEY,  -- item by item, and for each one behind the other
              item INTEGER NOT NULL,
              sequence INTEGER NOT NULL, time INTEGER NOT NULL, version INTEGER NOT NULL,  -- of the stretch's first
              packed BLOB NOT NULL  -- the versions (`StretchCode`)
            );
            CREATE UNIQUE INDEX versions_by_sequence ON versions (item, sequence);
            """)
        try rules?.createTables(database)
    }

    public func createIndexes(_ database: Connection) throws {
        try database.execute(
            """
            CREATE INDEX items_by_key ON items (key);
            CREATE INDEX versions_by_time ON versions (item, time, sequence);
            """)
        try rules?.createIndexes(database)
    }

    /// What an event is to a collection.
    enum Meaning {
        case sighting(Sighting)
        /// A complete run.
        case run
        case renaming
    }

    func meaning(of event: EventView) -> Meaning? {
        let type = event.type
        if observed.withUnsafeBytes({ type == Bytes($0) }) { return .sighting(.observed(event.data)) }
        if absent.withUnsafeBytes({ type == Bytes($0) }) { return .sighting(.absent) }
        if type == "run.completed" { return .run }
        return type == NameTable.eventType ? .renaming : nil
    }

    public func fold(_ event: EventView, into context: inout FoldContext) throws {
        if let rules, event.family.raw.elementsEqual("run".utf8) {
            let isFirst = try !ItemTable(context.database).hasHadCompleteRun(event.subject.raw)
            try rules.end(event, isFirst: isFirst, &context)
        }
        switch meaning(of: event) {
        case .sighting(let sighting): try see(event, sighting, &context)
        case .run:
            try context.database.run(
                """
                INSERT OR IGNORE INTO watches (name, since)
                VALUES (coalesce((SELECT watch FROM names WHERE former = ?1), ?1), ?2)
                """, TextInPlace(event.subject.raw), event.sequence)
        case .renaming: try rename(event, context.database)
        case nil: break
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
        try rules?.rename(former, to: event.subject.raw, in: database)
    }

    private func see(_ event: EventView, _ sighting: Sighting, _ context: inout FoldContext) throws {
        let place = try ItemPlace(subject: event.subject.raw)
        let table = ItemTable(context.database)
        let known = try table.newest(place)
        let kind = known.map { known in
            known.stretch.state.withUnsafeBytes { state in
                let last = known.stretch.last
                return ItemStep.Kind.of(
                    KnownItem(version: last.number, isPresent: last.isPresent, fields: state), sighting)
            }
        }
        guard let kind = kind ?? ItemStep.Kind.of(nil, sighting) else { return }
        if case .observed(let fields) = sighting { try CanonicalMembers.check(fields) }
        guard let item = try add(event, kind, sighting, to: known, at: place, table) else { return }
        if let rules {
            var fields = known?.stretch.state ?? []
            if case .observed(let seen) = sighting { fields = Array(seen) }
            return try rules.take(
                CollectionStep(item: item, isPresent: kind != .withdrawn, fields: fields), event, in: context.database)
        }
        try context.emit(
            change(kind), subject: event.subject.raw, origin: try origin(of: event, watch: place.watch, table))
    }

    /// The item, which may be new.
    private func add(
        _ event: EventView, _ kind: ItemStep.Kind, _ sighting: Sighting, to known: ItemTable.Known?,
        at place: ItemPlace, _ table: ItemTable
    ) throws -> Int64? {
        var version = ItemVersion(
            number: 1, sequence: event.sequence, time: event.observed.millisecondsSinceEpoch,
            isPresent: kind != .withdrawn)
        guard let known else {
            guard case .observed(let fields) = sighting else { return nil }
            let item = try table.addItem(watch: place.watch, key: place.key, firstSeen: event.observed)
            try table.add(Stretch(version, fields), of: item, number: 0)
            return item
        }
        var stretch = known.stretch
        version.number = stretch.last.number + 1
        if version.time < stretch.last.time { try table.markGoingBack(known.item) }
        let before = stretch.state
        try before.withUnsafeBytes { state in
            var fields = state
            if case .observed(let seen) = sighting { fields = seen }
            if stretch.isClosed(to: version) {
                try table.add(Stretch(version, fields), of: known.item, number: known.number + 1)
            } else {
                try stretch.add(version, StateTold(from: state, to: fields))
                try table.replace(stretch, of: known.item, number: known.number)
            }
        }
        return known.item
    }

    /// What a step is called among the changes.
    func change(_ kind: ItemStep.Kind) -> String { "\(family).\(kind.rawValue)" }

    private func origin(
        of event: EventView, watch: UnsafeRawBufferPointer, _ table: ItemTable
    ) throws -> Origin {
        if let origin = originByItself(event) { return origin }
        return try table.hasHadCompleteRun(watch) ? .live : .firstLook
    }

    /// Where the event says it, whatever its watch has seen before.
    func originByItself(_ event: EventView) -> Origin? {
        Origin.imported(event) ?? (event.causation != nil ? .reading : nil)
    }

    public func describe(_ change: EmittedChange, detail: [UInt8], in database: Connection) throws -> JSONMembers {
        if let rules { return try rules.describe(change, detail: detail, in: database) }
        guard let version = try ItemQuery(database).version(of: change.subject, at: change.position.sequence) else {
            return []
        }
        return [
            // As it was called then: what a change says stays the same when its watch is renamed.
            ("watch", .string(String(decoding: change.subject.utf8.prefix { $0 != UInt8(ascii: "/") }, as: UTF8.self))),
            ("key", .string(version.key)),
            ("version", JSON(version.version)), ("state", .string(version.state.rawValue)),
            ("changes", ChangeDiffs.completed(try JSON.parse(version.changes))),
            ("fields", try JSON.parse(version.fields)),
        ]
    }
}

extension KeyedCollection: LoadingProjection {
    /// None for a kind with rules, which go from event to event.
    func loader(_ database: Connection, beside path: String, _ sizes: LoaderSizes) -> (any Loader)? {
        rules == nil ? CollectionLoader(self, database, path: path, sizes: sizes) : nil
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
