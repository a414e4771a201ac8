// What the kind `stock` adds to a keyed collection: availability as it was last known, how each watch stands after a run, and one change
// of each sort for a watch and run, naming the items.

import CanonicalJSON
import EventLog
import Observations

struct StockRules: CollectionRules {
    /// What a run event says where it is of a version that did not say it.
    private static let unknownAfter = 3

    func createTables(_ database: Connection) throws { try database.execute(StockTable.definition) }

    func createIndexes(_ database: Connection) throws {
        try database.execute("CREATE INDEX stock_runs_by_time ON stock_runs (watch, time)")
    }

    func take(_ step: CollectionStep, _ event: EventView, in database: Connection) throws {
        let table = StockTable(database)
        let seen = StockFields(try JSON.parse(step.fields))
        let before = try table.memory(of: step.item) ?? StockMemory()
        let after = before.taking(step.isPresent ? seen.availability : nil, price: step.isPresent ? seen.price : [])
        try table.save(after, of: step.item)
        try table.addPending(step.item, before: before, isReading: event.causation != nil)
        try table.addVersion(step.item, step.isPresent ? seen.availability : nil, event)
    }

    func rename(_ former: [UInt8], to name: UnsafeRawBufferPointer, in database: Connection) throws {
        try former.withUnsafeBytes { former in
            try database.run(
                "UPDATE stock_runs SET watch = ? WHERE watch = ?", TextInPlace(name), TextInPlace(former))
        }
    }

    // MARK: The end of a run

    func end(_ event: EventView, isFirst: Bool, _ context: inout FoldContext) throws {
        let report = try event.dataJSON()
        guard report["kind"] == "stock", let outcome = RunOutcome(event) else { return }
        let table = StockTable(context.database)
        let watch = event.subject.raw
        let pending = try table.takePending(of: watch)
        // A list of what was missed that is too long for the event is not known here: then nothing is said of who was seen.
        let missed = outcome == .failed ? nil : report["missed"]?.arrayValue?.compactMap(\.stringValue)
        var missedItems: Set<Int64> = []
        for key in missed ?? [] {
            if let item = try table.addMiss(key, of: watch, event) { missedItems.insert(item) }
        }
        var told = Told(pending)
        let changed = Set(pending.map(\.item))
        for (item, memory) in try table.unknown(of: watch) {
            let isSeen = changed.contains(item) || (missed != nil && !missedItems.contains(item))
            guard isSeen else { continue }
            let (counted, isNews) = memory.countingRun(limit: report["unknownAfter"]?.intValue ?? Self.unknownAfter)
            try table.save(counted, of: item)
            if isNews { told.add(.unknown, item) }
        }
        let status = StockStatus(told.kinds, outcome, isInitialized: !isFirst)
        if outcome != .failed || status != nil {
            try table.addRun(event, looked: missed != nil, status: status)
        }
        try emit(told, event, status, isFirst: isFirst, &context)
    }

    private func emit(
        _ told: Told, _ event: EventView, _ status: StockStatus?, isFirst: Bool, _ context: inout FoldContext
    ) throws {
        let imported = Origin.imported(event)
        if status == .initialized {
            try context.emit("stock.initialized", subject: event.subject.raw, origin: imported ?? .live)
        }
        for news in told.all {
            let origin = imported ?? (news.isReading ? .reading : isFirst ? .firstLook : .live)
            let detail = JSON.array(news.items.map(\.json)).canonicalBytes
            try context.emit("stock.\(news.kind.rawValue)", subject: event.subject.raw, origin: origin, detail: detail)
        }
    }

    /// What a run tells: for each sort of news the items, those that came of new selectors apart.
    private struct Told {
        struct Item {
            let item: Int64
            /// The price before, of a change of price.
            let price: [UInt8]

            var json: JSON { .array([JSON(item)] + (price.isEmpty ? [] : [(try? JSON.parse(price)) ?? .null])) }
        }

        struct News {
            let kind: StockNews
            let isReading: Bool
            var items: [Item]
        }

        private(set) var all: [News] = []
        var kinds: [StockNews] { all.map(\.kind) }

        init(_ pending: [StockTable.Pending]) {
            for kind in StockNews.allCases {
                for isReading in [false, true] {
                    let items = pending.filter {
                        $0.isReading == isReading && StockNews.between($0.before, $0.after).contains(kind)
                    }
                    guard !items.isEmpty else { continue }
                    all.append(
                        News(
                            kind: kind, isReading: isReading,
                            items: items.map { Item(item: $0.item, price: kind == .price ? $0.before.price : []) }))
                }
            }
        }

        mutating func add(_ kind: StockNews, _ item: Int64) {
            if let last = all.indices.last, all[last].kind == kind {
                all[last].items.append(Item(item: item, price: []))
            } else {
                all.append(News(kind: kind, isReading: false, items: [Item(item: item, price: [])]))
            }
        }
    }

    // MARK: What a change says

    func describe(_ change: EmittedChange, detail: [UInt8], in database: Connection) throws -> JSONMembers {
        let query = StockQuery(database)
        // As it was called then: what a change says stays the same when its watch is renamed.
        var members: JSONMembers = [("watch", .string(change.subject))]
        if let status = try query.status(at: change.position.sequence) {
            members.append(("status", .string(status.rawValue)))
        }
        guard change.kind != "stock.initialized" else {
            members.append(("counts", try query.counts(of: change.subject, at: change.position.sequence)))
            return members
        }
        let items = try (JSON.parse(detail).arrayValue ?? []).compactMap { entry -> JSON? in
            guard let values = entry.arrayValue, let item = values.first?.intValue else { return nil }
            return try query.named(
                Int64(item), at: change.position.sequence, priceBefore: values.count > 1 ? values[1] : nil)
        }
        members.append(("items", .array(items)))
        return members
    }
}

extension RunOutcome {
    init?(_ event: EventView) {
        let type = event.type.raw
        guard let outcome = RunOutcome.allCases.first(where: { type.elementsEqual("run.\($0.rawValue)".utf8) }) else {
            return nil
        }
        self = outcome
    }
}
