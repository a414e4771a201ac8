import CanonicalJSON
import EventLog
import Testing

@testable import Projections

@Suite("What differs between two moments", .timeLimit(.minutes(5)))
struct ItemDifferencesTests {
    private let workshop = Workshop()

    private func ask<Result>(_ events: [TestEvent], _ body: (ItemQuery) throws -> Result) async throws -> Result {
        let engine = try workshop.engine(MemoryLog(events), batch: 64)
        try await engine.catchUp()
        return try engine.read("sessions") { try body(ItemQuery($0)) }
    }

    /// `came a`, `changed a 1-3 ["t"]`, as the items' keys order them.
    private func summary(_ rows: [ItemDifference]) throws -> [String] {
        try rows.map { row in
            let fields = try JSON.parse(row.changes).arrayValue?.compactMap { $0["field"]?.stringValue } ?? []
            let ends = [row.from, row.to].map { $0.map { "\($0.version)" } ?? "" }.joined(separator: "-")
            return "\(row.kind.rawValue) \(row.key) \(ends)" + (fields.isEmpty ? "" : " \(fields)")
        }
    }

    @Test(
        "an item that is there at one of them alone came or went; one that is other at both changed",
        arguments: [
            ([saw("w/a", ["t": 1])], 0, "came a -1"),
            ([saw("w/a", ["t": 1]), missed("w/a")], 1, "went a 1-2"),
            ([saw("w/a", ["t": 1]), missed("w/a"), saw("w/a", ["t": 1])], 2, "came a 2-3"),
            ([saw("w/a", ["t": 1]), missed("w/a"), saw("w/a", ["t": 2])], 2, "came a 2-3 [\"t\"]"),
            ([saw("w/a", ["t": 1]), saw("w/a", ["t": 2, "u": 1])], 1, "changed a 1-2 [\"t\", \"u\"]"),
        ] as [([TestEvent], Int, String)])
    func kinds(events: [TestEvent], first: Int, expected: String) async throws {
        let rows = try await ask(events) {
            try $0.differences(from: .recorded(events: UInt64(first)), to: .now)
        }
        #expect(try summary(rows) == [expected])
    }

    @Test(
        "what was undone in between does not differ",
        arguments: [
            ([saw("w/a", ["t": 1]), saw("w/a", ["t": 2]), saw("w/a", ["t": 1])], 1),
            ([saw("w/a", ["t": 1]), missed("w/a"), saw("w/a", ["t": 1])], 1),
            ([saw("w/a", ["t": 1]), missed("w/a")], 0),
            ([saw("w/a", ["t": 1]), missed("w/a"), saw("w/a", ["t": 2]), missed("w/a")], 2),
        ] as [([TestEvent], Int)])
    func undone(events: [TestEvent], first: Int) async throws {
        let rows = try await ask(events) {
            try $0.differences(from: .recorded(events: UInt64(first)), to: .now)
        }
        #expect(rows == [])
    }

    @Test("a watch or a key narrows it down, also by a watch's former name")
    func narrowed() async throws {
        let events = [
            saw("w/a", ["t": 1]), saw("v/a", ["t": 1]), saw("v/b", ["t": 1]),
            TestEvent(type: "watch.renamed", subject: "u", data: ["was": "v"], time: 0),
        ]
        try await ask(events) { query throws in
            let found = { (watch: String?, key: String?) in
                try query.differences(watch: watch, key: key, from: .recorded(events: 0), to: .now)
                    .map { "\($0.watch)/\($0.key)" }
            }
            #expect(try found(nil, nil) == ["u/a", "u/b", "w/a"])
            #expect(try found("u", nil) == ["u/a", "u/b"])
            #expect(try found("v", nil) == ["u/a", "u/b"])
            #expect(try found(nil, "a") == ["u/a", "w/a"])
            #expect(try found(nil, "v/a") == ["u/a"])
            #expect(try found("w", "b") == [])
        }
    }

    @Test("between any two moments it is what two whole lists would show", arguments: 0..<4)
    func againstLists(seed: Int) async throws {
        var chance = Chance(seed)
        let events = history(seed: seed, count: 300)
        let points: [AsOf] = (0..<24).map { _ in
            switch chance.below(5) {
            case 0: .now
            case 1: .recorded(events: 0)
            case 2, 3: .sequence(UInt64(chance.below(300)))
            default: .observed(Timestamp(millisecondsSinceEpoch: chance.pick(events).time))
            }
        }
        try await ask(events) { query throws in
            for (from, to) in zip(points, points.reversed()) {
                let expected = try lists(query.list(asOf: from), query.list(asOf: to))
                #expect(try query.differences(from: from, to: to) == expected)
            }
        }
    }

    /// The slow and plain way.
    private func lists(_ old: [ItemRow], _ new: [ItemRow]) throws -> [ItemDifference] {
        let name = { (row: ItemRow) in [Array(row.watch.utf8), Array(row.key.utf8)] }
        let olds = Dictionary(uniqueKeysWithValues: old.map { (name($0), $0) })
        let news = Dictionary(uniqueKeysWithValues: new.map { (name($0), $0) })
        let names = Set(olds.keys).union(news.keys).sorted {
            $0[0] == $1[0] ? $0[1].lexicographicallyPrecedes($1[1]) : $0[0].lexicographicallyPrecedes($1[0])
        }
        return try names.compactMap { name in
            let end = { (row: ItemRow) in
                ItemDifference.End(version: row.version, state: row.state, fields: row.fields)
            }
            return try ItemDifference(
                watch: String(decoding: name[0], as: UTF8.self), key: String(decoding: name[1], as: UTF8.self),
                from: olds[name].map(end), to: news[name].map(end))
        }
    }

    @Test("comparing is a seek in an index for each item and moment, and never a walk through versions or states")
    func plan() async throws {
        let engine = try workshop.engine(MemoryLog())
        try await engine.catchUp()
        let points = [AsOf.now, .observed(Timestamp(millisecondsSinceEpoch: 5))]
        for (from, to) in [(points[0], points[1]), (points[1], points[0])] {
            var plan: [String] = []
            try engine.read("sessions") { database in
                try database.forEach(dynamic: "EXPLAIN QUERY PLAN " + ItemQuery.comparison(from, to)) {
                    plan.append($0.text(3))
                }
            }
            #expect(plan.filter { $0.hasPrefix("SEARCH versions USING") }.count == 2)
            #expect(
                plan.filter { $0.hasPrefix("SCAN") }.allSatisfy {
                    $0.hasPrefix("SCAN items") || $0.hasPrefix("SCAN moved")
                })
        }
    }

    @Test("a line says what it was and is, and what of it changed")
    func line() async throws {
        let events = [saw("w/a", ["t": 1]), saw("w/a", ["t": 2]), saw("w/b", [:])]
        let rows = try await ask(events) { try $0.differences(from: .sequence(0), to: .now) }
        #expect(
            rows.map { String(decoding: $0.line, as: UTF8.self) } == [
                #"{"watch":"w","key":"a","change":"changed","from":{"version":1,"state":"present"},"#
                    + #""to":{"version":2,"state":"present"},"changes":[{"field":"t","new":2,"old":1}],"fields":{"t":2}}"#,
                #"{"watch":"w","key":"b","change":"came","to":{"version":1,"state":"present"},"changes":[],"fields":{}}"#,
            ])
    }
}
