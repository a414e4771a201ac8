import CanonicalJSON
import EventLog
import Testing

@testable import Projections

@Suite("A collection that is loaded from a whole log", .timeLimit(.minutes(5)))
struct LoadingTests {
    private let workshop = Workshop()

    @Test(
        "comes to the same, to the last row, as one that takes in event after event, however little memory there is",
        arguments: 0..<12)
    func same(seed: Int) async throws {
        let events = longHistory(seed: seed, count: 1500)
        let expected = try await contents(events, "plain") { Faulty($0, at: .max) }
        #expect(expected["sessions.versions"]?.count ?? 0 > expected["sessions.items"]?.count ?? 0)
        for (newest, versions) in [(1 << 20, 1 << 20), (600, 200), (5000, 3000), (1 << 20, 100), (600, 1 << 20)] {
            let sizes = LoaderSizes(newest: newest, versions: versions)
            let found = try await contents(events, "\(newest)-\(versions)", sizes) { $0 }
            for (table, rows) in expected { #expect(found[table] == rows, "\(table), \(newest), \(versions)") }
        }
    }

    @Test("goes on after it as if it had never been otherwise", arguments: 0..<4)
    func goesOn(seed: Int) async throws {
        let events = longHistory(seed: seed, count: 600)
        let log = MemoryLog(Array(events.prefix(300)))
        let engine = try engine(log, "grown", LoaderSizes(newest: 600, versions: 200)) { $0 }
        try await engine.catchUp()
        for event in events.dropFirst(300) {
            log.append([event])
            try await engine.catchUp()
        }
        #expect(try engine.contents() == (try await contents(events, "at-once") { $0 }))
    }

    @Test("stops before an event that makes no sense with all that came before it", arguments: [1, 150, 299])
    func stops(place: Int) async throws {
        var events = longHistory(seed: 1, count: 300)
        events[place] = saw("nowhere", [:])
        let log = MemoryLog(events)
        let engine = try engine(log, "stopped", LoaderSizes(newest: 600, versions: 200)) { $0 }
        try await engine.catchUp()
        #expect(try engine.status().allSatisfy { $0.checkpoint == UInt64(place) || $0.name == "items" })
        let expected = try await contents(Array(events.prefix(place)), "until") { $0 }
        let found = try engine.contents()
        for table in ["items", "versions", "changes", "watches", "names"] {
            #expect(found["sessions.\(table)"] == expected["sessions.\(table)"])
        }
    }

    @Test("leaves no files beside its database")
    func files() async throws {
        let engine = try engine(
            MemoryLog(longHistory(seed: 2, count: 300)), "projections", LoaderSizes(newest: 600, versions: 200)
        ) { $0 }
        try await engine.catchUp()
        #expect(workshop.files.filter { $0.contains("load") || $0.hasSuffix("-journal") } == [])
    }

    @Test("as of a time counts what was observed by then where a renamed watch makes times go back")
    func goingBack() async throws {
        let events = [
            saw("w/a", ["t": 1], at: 1000), saw("w/a", ["t": 2], at: 5000),
            TestEvent(type: "watch.renamed", subject: "v", data: ["was": "w"], time: 5000),
            saw("v/a", ["t": 3], at: 2000), saw("v/a", ["t": 4], at: 3000),
        ]
        for (name, wrap) in [("loaded", { $0 }), ("plain", { Faulty($0, at: .max) })] as [(String, Wrap)] {
            let engine = try engine(MemoryLog(events), name, LoaderSizes(), wrap)
            try await engine.catchUp()
            try engine.read("sessions") { database throws in
                let seen = { (time: Int64) in
                    try ItemQuery(database).list(asOf: .observed(Timestamp(millisecondsSinceEpoch: time))).map(
                        \.version)
                }
                #expect(try [999, 1000, 2000, 2999, 3000, 4999, 5000].map(seen) == [[], [1], [3], [3], [4], [4], [2]])
                #expect(try ItemQuery(database).list().map(\.version) == [4])
            }
        }
    }

    private typealias Wrap = (KeyedCollection) -> any Projection

    private func engine(
        _ log: MemoryLog, _ folder: String, _ sizes: LoaderSizes, _ wrap: Wrap
    ) throws -> ProjectionEngine {
        try ProjectionEngine(
            source: log, folder: "\(workshop.folder)/\(folder)", projections: [wrap(.sessions), wrap(.items)],
            eventsPerBatch: 70, loaderSizes: sizes)
    }

    private func contents(
        _ events: [TestEvent], _ folder: String, _ sizes: LoaderSizes = LoaderSizes(), _ wrap: Wrap
    ) async throws -> [String: [String]] {
        let engine = try engine(MemoryLog(events), folder, sizes, wrap)
        try await engine.catchUp()
        return try engine.contents()
    }
}

/// A history with more in it: many items, texts of any size, renamings and times that go back.
private func longHistory(seed: Int, count: Int) -> [TestEvent] {
    var chance = Chance(seed)
    return history(seed: seed, count: count).map { event in
        var event = event
        if chance.one(in: 100) {
            let names = ["a", "a-b", "b", "b-a"]
            return TestEvent(
                type: "watch.renamed", subject: chance.pick(names), data: ["was": .string(chance.pick(names))],
                time: event.time)
        }
        if event.type == "session.observed", chance.one(in: 2) {
            event.subject = "\(chance.pick(["a", "b"]))/\(chance.below(40))"
            let size = chance.one(in: 30) ? chance.below(4000) : chance.below(200)
            event.data = .object(
                JSONObject([
                    ("n", .string(String(repeating: "n", count: size))), ("t", JSON(chance.below(5))),
                ]))
        }
        if chance.one(in: 40) { event.time -= Int64(chance.below(20)) }
        return event
    }
}
