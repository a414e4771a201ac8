// Fills a keyed collection's tables from a whole log. While nobody reads them, an item's newest state can stay in memory and its
// versions can be put together at the end: what comes of it is the same as taking in event after event, only sooner.

import EventLog

final class CollectionLoader: Loader {
    private let collection: KeyedCollection
    private let database: Connection
    private let table: ItemTable
    private let newest: NewestStates
    private let versions: VersionRuns
    private let asides: AsideStates
    /// The names that watches had, and have; empty as long as none was renamed.
    private var names: [[UInt8]: [UInt8]] = [:]
    /// The watch asked about last, and whether it had had a complete run.
    private var watch: (name: [UInt8], isLive: Bool) = ([], false)

    init(_ collection: KeyedCollection, _ database: Connection, path: String, sizes: LoaderSizes) {
        self.collection = collection
        self.database = database
        table = ItemTable(database)
        let asides = AsideStates(database)
        self.asides = asides
        newest = NewestStates(byteCount: sizes.newest, evict: asides.put)
        versions = VersionRuns(path: path, byteCount: sizes.versions)
    }

    func fold(_ event: EventView, into context: inout FoldContext) throws {
        switch collection.meaning(of: event) {
        case .sighting(let sighting): try see(event, sighting, &context)
        case .run:
            try collection.fold(event, into: &context)
            watch.name = []
        case .renaming:
            // Whoever had a state in memory may be another's from now on.
            try newest.evictAll()
            try collection.fold(event, into: &context)
            names = try NameTable(database).all()
            watch.name = []
        case nil: break
        }
    }

    private func see(_ event: EventView, _ sighting: Sighting, _ context: inout FoldContext) throws {
        let place = try ItemPlace(subject: event.subject.raw)
        guard !names.isEmpty, let name = names[Array(place.watch)] else {
            return try see(event, sighting, place, event.subject.raw, &context)
        }
        let subject = name + [UInt8(ascii: "/")] + Array(place.key)
        try subject.withUnsafeBytes { try see(event, sighting, place, $0, &context) }
    }

    /// `subject` is the event's under the name that its watch has now.
    private func see(
        _ event: EventView, _ sighting: Sighting, _ place: ItemPlace, _ subject: UnsafeRawBufferPointer,
        _ context: inout FoldContext
    ) throws {
        let hash = NewestStates.hash(subject)
        if let found = newest.find(subject, hash: hash) {
            let known = Remembered(found)
            guard let now = try take(event, sighting, known, place, &context) else { return }
            if now.state.baseAddress == known.state.baseAddress { return found.update(now.time, now.isPresent) }
            return try newest.put(subject, hash: hash, now, replacing: found)
        }
        if asides.isUsed, let item = try table.item(place), let aside = try asides.state(of: item) {
            return try aside.text.withUnsafeBytes { text in
                let known = Remembered(item: item, time: aside.time, isPresent: aside.isPresent, state: text)
                try newest.put(subject, hash: hash, try take(event, sighting, known, place, &context) ?? known)
            }
        }
        guard let now = try take(event, sighting, nil, place, &context) else { return }
        try newest.put(subject, hash: hash, now)
    }

    /// Takes a sighting in; what is known of the item now, or `nil` where it told nothing new.
    private func take(
        _ event: EventView, _ sighting: Sighting, _ known: Remembered?, _ place: ItemPlace,
        _ context: inout FoldContext
    ) throws -> Remembered? {
        let item = known.map { KnownItem(version: 0, isPresent: $0.isPresent, fields: $0.state) }
        guard let kind = ItemStep.Kind.of(item, sighting) else { return nil }
        var now = Remembered(
            item: 0, time: context.observed.millisecondsSinceEpoch, isPresent: kind != .withdrawn,
            state: known?.state ?? UnsafeRawBufferPointer(start: nil, count: 0))
        var told = StateTold.same
        if case .observed(let fields) = sighting {
            try CanonicalMembers.check(fields)
            told = known.map { StateTold(from: $0.state, to: fields) } ?? .whole(fields)
            if case .same = told {} else { now.state = fields }
        }
        now.item =
            try known?.item ?? table.addItem(watch: place.watch, key: place.key, firstSeen: context.observed)
        if let known, now.time < known.time { try table.markGoingBack(now.item) }
        try versions.add(
            LoadedVersion(sequence: event.sequence, time: now.time, isPresent: now.isPresent, state: told), to: now.item
        )
        try context.emit(
            collection.change(kind), subject: event.subject.raw, origin: try origin(of: event, place.watch))
        return now
    }

    private func origin(of event: EventView, _ name: UnsafeRawBufferPointer) throws -> Origin {
        if let origin = collection.originByItself(event) { return origin }
        if !name.elementsEqual(watch.name) { watch = (Array(name), try table.hasHadCompleteRun(name)) }
        return watch.isLive ? .live : .firstLook
    }

    /// Puts every item's versions together.
    func finish() throws {
        try asides.drop()
        var writer = StretchWriter(table)
        try versions.drain { item, version in try writer.add(version, to: item) }
        try writer.finish()
    }
}

/// Writes versions that come item by item.
private struct StretchWriter {
    private let table: ItemTable
    private var item: Int64 = -1
    private var number: Int64 = 0
    private var stretch: Stretch?

    init(_ table: ItemTable) { self.table = table }

    mutating func add(_ loaded: LoadedVersion, to item: Int64) throws {
        if item != self.item {
            try finish()
            self.item = item
            number = 0
            stretch = nil
        }
        let version = ItemVersion(
            number: (stretch?.last.number ?? 0) + 1, sequence: loaded.sequence, time: loaded.time,
            isPresent: loaded.isPresent)
        guard let isClosed = stretch?.isClosed(to: version) else {
            guard case .whole(let state) = loaded.state else { throw PackedReader.damage }
            stretch = Stretch(version, state)
            return
        }
        guard isClosed else {
            try stretch?.add(version, loaded.state)
            return
        }
        try finish()
        number += 1
        var state = stretch?.state ?? []
        guard loaded.state.apply(to: &state) else { throw PackedReader.damage }
        stretch = state.withUnsafeBytes { Stretch(version, $0) }
    }

    /// Writes what there is of the stretch.
    mutating func finish() throws {
        if let stretch { try table.add(stretch, of: item, number: number) }
    }
}

/// States that had to make room while their items' versions are not in the tables yet.
final class AsideStates {
    private let database: Connection
    private(set) var isUsed = false

    init(_ database: Connection) { self.database = database }

    func put(_ item: Remembered) throws {
        if !isUsed {
            try database.execute(
                """
                CREATE TABLE engine_aside (
                  item INTEGER PRIMARY KEY, time INTEGER NOT NULL, present INTEGER NOT NULL, state TEXT NOT NULL
                )
                """)
            isUsed = true
        }
        try database.run(
            "INSERT OR REPLACE INTO engine_aside (item, time, present, state) VALUES (?, ?, ?, ?)", item.item,
            item.time, item.isPresent, TextInPlace(item.state))
    }

    func state(of item: Int64) throws -> (time: Int64, isPresent: Bool, text: [UInt8])? {
        try database.first("SELECT time, present, state FROM engine_aside WHERE item = ?", item) {
            (Int64($0.int(0)), $0.bool(1), $0.array(2))
        }
    }

    func drop() throws {
        if isUsed { try database.execute("DROP TABLE engine_aside") }
        isUsed = false
    }
}
