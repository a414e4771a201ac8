import CanonicalJSON
import EventLog
import Foundation
import Synchronization
import Testing

@testable import Projections

@Suite("In trouble", .timeLimit(.minutes(5)))
struct TroubleTests {
    private let workshop = Workshop()
    private let sessions = KeyedCollection.sessions

    @Test("an event that cannot be taken in stops its projection alone, and is named", arguments: [0, 1, 57, 199])
    func failing(place: UInt64) async throws {
        let log = MemoryLog(history(seed: 1, count: 200))
        let engine = try workshop.engine(log, [Faulty(sessions, at: place), Runs()], batch: 50)
        try await engine.catchUp()
        let status = try engine.status()
        #expect(status.map(\.name) == ["runs", "sessions"])
        #expect(status[0].lag == 0)
        #expect(status[0].failure == nil)
        #expect(status[1].checkpoint == place)
        #expect(
            status[1].failure
                == ProjectionFailure(
                    sequence: place, event: "0199c0de-0000-7000-8000-000000000001.\(place + 1)", reason: "it is odd"))
        let rows = try engine.read("sessions") { try ItemQuery($0).list() }
        #expect(
            rows == (place == 0 ? [] : Model.states(history(seed: 1, count: 200), family: "session")[Int(place) - 1]))
    }

    @Test("it goes on by itself once it can, and nothing was skipped")
    func mended() async throws {
        let log = MemoryLog(history(seed: 1, count: 200))
        try await workshop.engine(log, [Faulty(sessions, at: 57), Runs()]).catchUp()
        log.append(history(seed: 2, count: 50))
        try await workshop.engine(log, [Faulty(sessions, at: 120), Runs()]).catchUp()
        let engine = try workshop.engine(log, [sessions, Runs()])
        #expect(try engine.status()[1].failure?.sequence == 120)
        try await engine.catchUp()
        #expect(try engine.status().allSatisfy { $0.failure == nil && $0.lag == 0 })
        let fresh = try workshop.engine(log, [sessions, Runs()], in: "fresh")
        try await fresh.catchUp()
        #expect(try engine.contents() == fresh.contents())
    }

    @Test("it waits there however often it is asked and whatever comes, while the others follow the log")
    func waits() async throws {
        let log = MemoryLog(history(seed: 1, count: 100))
        for round in 1...4 {
            let engine = try workshop.engine(log, [Faulty(sessions, at: 57), Runs()], batch: 7 * round)
            for _ in 0..<3 {
                log.append(history(seed: 10 + round, count: 20))
                try await engine.catchUp()
                let status = try engine.status()
                #expect(status[0].lag == 0 && status[0].failure == nil)
                #expect(status[1].checkpoint == 57 && status[1].lag == log.end() - 57)
                #expect(status[1].failure?.sequence == 57)
            }
        }
        let told = try workshop.engine(log, [sessions]).changes(of: "sessions", limit: .max)
        #expect(told.allSatisfy { $0.sequence < 57 }, "nothing that comes later is told before it")
    }

    @Test("a new version of the projection that can take it in begins anew and has it, the old one's database stays")
    func newVersion() async throws {
        let log = MemoryLog(history(seed: 1, count: 200))
        let old = try workshop.engine(log, [Faulty(sessions, at: 57)])
        try await old.catchUp()
        let new = try workshop.engine(log, [Newer(base: sessions)])
        try await new.catchUp()
        #expect(try new.status().map(\.failure) == [nil])
        let straight = try workshop.engine(log, [Newer(base: sessions)], in: "straight")
        try await straight.catchUp()
        #expect(try new.contents().differences(from: straight.contents()) == [])
        #expect(try old.status()[0].failure?.sequence == 57)
    }

    @Test("where the log is mended, restored from a good copy say, it goes on with the good event")
    func mendedLog() async throws {
        let events = history(seed: 1, count: 100)
        let place = try #require(events.indices.first { $0 > 50 && events[$0].type == "session.observed" })
        var broken = events
        broken[place].subject = "nowhere"
        let bad = MemoryLog(broken)
        try await workshop.engine(bad).catchUp()
        #expect(try workshop.engine(bad).status().contains { $0.failure?.sequence == UInt64(place) })
        let good = MemoryLog(events)
        let engine = try workshop.engine(good)
        try await engine.catchUp()
        #expect(try engine.status().allSatisfy { $0.failure == nil && $0.lag == 0 })
        let straight = try workshop.engine(good, in: "straight")
        try await straight.catchUp()
        #expect(try engine.contents().differences(from: straight.contents()) == [])
    }

    @Test("several that stop stop at events of their own")
    func several() async throws {
        let events = history(seed: 1, count: 200)
        // Events that each of them is handed.
        let places = events.indices.filter { events[$0].type == "config.applied" }.map { UInt64($0) }
        try #require(places.count > 5)
        let projections: [any Projection] = [
            Faulty(sessions, at: places[1]), Faulty(KeyedCollection.items, at: places[3]),
            Faulty(Runs(), at: places[5]),
        ]
        let engine = try workshop.engine(MemoryLog(events), projections, batch: 64)
        for _ in 0..<2 {
            try await engine.catchUp()
            #expect(try engine.status().map { $0.failure?.sequence } == [places[3], places[5], places[1]])
            #expect(try engine.status().map(\.checkpoint) == [places[3], places[5], places[1]])
        }
    }

    @Test("a rebuild that meets such an event is given up, and what was there stays")
    func failingRebuild() async throws {
        let log = MemoryLog(history(seed: 1, count: 200))
        try await workshop.engine(log, [sessions]).catchUp()
        let engine = try workshop.engine(log, [Faulty(sessions, at: 57)])
        await #expect {
            try await engine.rebuild()
        } throws: {
            "\($0)".hasPrefix("projection sessions stops at event 57 (0199c0de")
        }
        #expect(try engine.status()[0].generation == 1)
        #expect(try engine.status()[0].checkpoint == 200)
        #expect(workshop.databases == ["sessions-v3-g1.sqlite"])
    }

    @Test("an event whose subject makes no sense is such an event", arguments: ["nowhere", "/a", "w/", ""])
    func nonsense(subject: String) async throws {
        let engine = try workshop.engine(MemoryLog([ran("w"), saw("w/a", [:]), saw(subject, [:])]))
        try await engine.catchUp()
        let failures = try engine.status().map { $0.failure.map { "\($0.sequence): \($0.reason)" } ?? "none" }
        #expect(
            failures == ["none", "none", "2: its subject is not WATCH/KEY", "2: its subject is not WATCH/KEY", "none"])
    }

    @Test(
        "a log that is not the one it was is noticed, and everything built anew",
        arguments: [
            [saw("w/x", [:])],  // shorter
            [saw("w/x", [:]), saw("w/y", [:])],  // as long, another last line
            [saw("w/x", [:]), saw("w/y", [:]), saw("w/z", [:])],  // longer
            [],
        ])
    func replaced(events: [TestEvent]) async throws {
        try await workshop.engine(MemoryLog([saw("w/a", [:]), saw("w/b", [:])]), [sessions]).catchUp()
        let engine = try workshop.engine(MemoryLog(events), [sessions])
        try await engine.catchUp()
        #expect(
            try engine.read("sessions") { try ItemQuery($0).list() } == Model.states(events, family: "session").last
                ?? [])
        #expect(workshop.databases == ["sessions-v3-g2.sqlite"])
    }

    @Test("a log that became shorter under an open engine is noticed too")
    func shortened() async throws {
        let long = MemoryLog([saw("w/a", [:]), saw("w/b", [:])])
        let engine = try workshop.engine(Switching(first: long, then: MemoryLog([saw("w/x", [:])])), [sessions])
        try await engine.catchUp()
        (engine.source as? Switching)?.change()
        try await engine.catchUp()
        #expect(try engine.read("sessions") { try ItemQuery($0).list().map(\.key) } == ["x"])
    }

    @Test(
        "whatever is deleted or damaged comes back the same",
        arguments: [".sqlite", ".current", ".lock", "damage", "all"])
    func deleted(what: String) async throws {
        let log = MemoryLog(history(seed: 1, count: 100))
        var expected: Contents = [:]
        do {
            let engine = try workshop.engine(log)
            try await engine.catchUp()
            expected = try engine.contents()
        }
        for file in workshop.files {
            let path = "\(workshop.folder)/projections/\(file)"
            if what == "all" || file.hasSuffix(what) { try FileManager.default.removeItem(atPath: path) }
            if what == "damage", file.hasSuffix(".sqlite") {
                try Data(repeating: 0x55, count: 20_000).write(to: URL(fileURLWithPath: path))
            }
        }
        let engine = try workshop.engine(log)
        try await engine.catchUp()
        #expect(try engine.contents() == expected)
    }

    @Test("rubbish of a build that was killed is cleared away")
    func rubbish() async throws {
        let folder = workshop.folder + "/projections"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in ["sessions-v3-g7.sqlite", "sessions-v3-g7.sqlite-journal", "sessions-v3-g7.lock"] {
            try Data("half".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        }
        let engine = try workshop.engine(MemoryLog([saw("w/a", [:])]), [sessions])
        try await engine.catchUp()
        #expect(workshop.databases.count == 1)
        #expect(try engine.told("sessions").count == 1)
    }

    @Test("a cancelled task stops between batches and leaves what it did")
    func cancelled() async throws {
        let log = MemoryLog(history(seed: 1, count: 100))
        let engine = try workshop.engine(log, [sessions], batch: 10)
        let task = Mutex<Task<Void, any Error>?>(nil)
        task.withLock { task in
            task = Task {
                try await engine.rebuild()
            }
            task?.cancel()
        }
        await #expect(throws: ProjectionError.self) { try await task.withLock { $0 }?.value }
        try await engine.catchUp()
        #expect(try engine.status()[0].lag == 0)
    }

    @Test("names that cannot be names are refused", arguments: ["", "Sessions", "a b", "a/b", "sessions"])
    func badNames(name: String) {
        #expect(throws: ProjectionError.self) {
            try workshop.engine(MemoryLog(), [Renamed(name: name), sessions])
        }
    }
}

/// A log that turns into another one.
final class Switching: EventSource {
    private let logs: (MemoryLog, MemoryLog)
    private let isChanged = Mutex(false)

    init(first: MemoryLog, then: MemoryLog) { logs = (first, then) }

    private var log: MemoryLog { isChanged.withLock { $0 } ? logs.1 : logs.0 }
    func change() { isChanged.withLock { $0 = true } }
    func end() -> UInt64 { log.end() }
    func digestOfLine(at sequence: UInt64) -> Digest? { log.digestOfLine(at: sequence) }
    func read(from: UInt64, to: UInt64, _ body: (EventView) throws -> Void) throws {
        try log.read(from: from, to: to, body)
    }
}

private struct Renamed: Projection {
    let name: String
    let version = 1
    let families: Set<String> = []
    func createTables(_ database: Connection) {}
    func fold(_ event: EventView, into context: inout FoldContext) {}
    func describe(_ change: EmittedChange, detail: [UInt8], in database: Connection) -> JSONMembers { [] }
}
