import CanonicalJSON
import EventLog
import Foundation
import Synchronization
import Testing

@testable import Projections

@Suite("Generations", .timeLimit(.minutes(5)))
struct GenerationTests {
    private let workshop = Workshop()
    private let sessions = KeyedCollection.sessions

    @Test("a database is named by projection, version and generation")
    func names() async throws {
        try await workshop.engine(MemoryLog([ran("w")])).catchUp()
        #expect(
            workshop.databases == [
                "items-v3-g1.sqlite", "pages-v3-g1.sqlite", "runs-v2-g1.sqlite", "sessions-v3-g1.sqlite",
                "stock-v3-g1.sqlite",
            ])
    }

    @Test("a rebuild comes to the same, in a generation of its own, and the old one goes", arguments: 0..<3)
    func rebuild(seed: Int) async throws {
        let engine = try workshop.engine(MemoryLog(history(seed: seed, count: 500)), batch: 90)
        try await engine.catchUp()
        let before = try engine.contents()
        let told = try engine.told("sessions")
        try await engine.rebuild()
        #expect(try engine.status().map(\.generation) == [2, 2, 2, 2, 2])
        #expect(try engine.contents() == before)
        #expect(try engine.told("sessions") == told)
        #expect(
            workshop.databases == [
                "items-v3-g2.sqlite", "pages-v3-g2.sqlite", "runs-v2-g2.sqlite", "sessions-v3-g2.sqlite",
                "stock-v3-g2.sqlite",
            ])
    }

    @Test("a reader keeps what it reads while a rebuild goes on, and the files stay as long as it does")
    func readers() async throws {
        let log = MemoryLog([saw("w/a", ["t": 1])])
        let engine = try workshop.engine(log, [sessions])
        try await engine.catchUp()
        let generation = try #require(try engine.current(engine.members[0]))
        try await rebuildWhileReading(engine, generation, log)
        #expect(try engine.status().map(\.generation) == [2])
        #expect(workshop.databases == ["sessions-v3-g1.sqlite", "sessions-v3-g2.sqlite"])
        withExtendedLifetime(generation) {}
    }

    @Test("an old generation goes with the last who has it open")
    func lastReader() async throws {
        let engine = try workshop.engine(MemoryLog([saw("w/a", ["t": 1])]), [sessions])
        let other = try workshop.engine(MemoryLog([saw("w/a", ["t": 1])]), [sessions])
        try await engine.catchUp()
        try await other.catchUp()
        try await engine.rebuild()
        #expect(workshop.databases == ["sessions-v3-g1.sqlite", "sessions-v3-g2.sqlite"])
        try await other.catchUp()
        #expect(workshop.databases == ["sessions-v3-g2.sqlite"])
        #expect(workshop.files.filter { $0.hasSuffix(".lock") } == ["sessions-v3-g2.lock"])
    }

    @Test("what is appended during a rebuild is in the new generation when readers come to it")
    func appending() async throws {
        let log = MemoryLog(history(seed: 1, count: 300))
        let engine = try workshop.engine(log, batch: 20)
        let writer = try workshop.engine(log, batch: 20)
        try await engine.catchUp()
        let rest = Mutex(history(seed: 2, count: 300).chunks(of: 10))
        try await engine.rebuild { _, _ in log.append(rest.withLock { $0.popLast() } ?? []) }
        let atSwitch = try engine.status().map(\.checkpoint).min() ?? 0
        #expect(atSwitch > 300)
        try await writer.catchUp()
        try await engine.catchUp()
        #expect(try writer.status() == engine.status())
        let fresh = try workshop.engine(log, in: "fresh")
        try await fresh.catchUp()
        #expect(try engine.contents() == fresh.contents())
    }

    @Test("readers and writers never see a half while rebuilds go on")
    func racing() async throws {
        let log = MemoryLog(history(seed: 3, count: 200))
        let engines = try (0..<3).map { _ in try workshop.engine(log, batch: 25) }
        try await engines[0].catchUp()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for _ in 0..<5 { try await engines[0].rebuild() } }
            group.addTask { for _ in 0..<3 { try await engines[1].rebuild(["sessions"]) } }
            group.addTask {
                for part in history(seed: 4, count: 300).chunks(of: 10) {
                    log.append(part)
                    let end = log.end()
                    try await engines[2].catchUp()
                    for status in try engines[2].status() { #expect(status.checkpoint >= end) }
                }
            }
            try await group.waitForAll()
        }
        let fresh = try workshop.engine(log, in: "fresh")
        try await fresh.catchUp()
        try await engines[1].catchUp()
        #expect(try engines[1].contents() == fresh.contents())
    }

    @Test("a generation can be begun while others, who have just been started, clear away what nobody uses")
    func clearingAway() async throws {
        try FileManager.default.createDirectory(atPath: workshop.folder, withIntermediateDirectories: true)
        let shelf = Shelf(folder: workshop.folder, name: "sessions", version: 1)
        let watch = SwapWatch()
        let clearing = (0..<2).map { _ in
            Thread { while !watch.isDone.load(ordering: .relaxed) { shelf.removeUnused() } }
        }
        for thread in clearing { thread.start() }
        defer { watch.isDone.store(true, ordering: .relaxed) }
        for _ in 0..<2000 { #expect(try shelf.newGeneration().number > 0) }
    }

    @Test("who asks again and again while generations change gets the same answer each time, whole")
    func throughTheSwap() async throws {
        let log = MemoryLog(restlessHistory(seed: 5, count: 300))
        let engine = try workshop.engine(log, batch: 40)
        try await engine.catchUp()
        let expected = try engine.contents()
        let watch = SwapWatch()
        // One reader has the engine that rebuilds, the other would be another process.
        let readers = [engine, try workshop.engine(log)]
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { watch.isDone.store(true, ordering: .relaxed) }
                for _ in 0..<6 { try await engine.rebuild() }
            }
            for reader in readers {
                group.addTask {
                    repeat {
                        #expect(try reader.contents().differences(from: expected) == [])
                        let generations = try reader.status().map(\.generation)
                        watch.seen.withLock { $0.formUnion(generations) }
                        await Task.yield()
                    } while !watch.isDone.load(ordering: .relaxed)
                }
            }
            try await group.waitForAll()
        }
        #expect(watch.seen.withLock { $0.count } > 1)
        #expect(try engine.status().allSatisfy { $0.generation == 7 })
    }

    @Test("progress reaches the total")
    func progress() async throws {
        let engine = try workshop.engine(MemoryLog(history(seed: 1, count: 100)), batch: 30)
        let seen = Mutex<[[UInt64]]>([])
        try await engine.rebuild(["runs"]) { events, total in seen.withLock { $0.append([events, total]) } }
        #expect(seen.withLock { $0 } == [[0, 100], [30, 100], [60, 100], [90, 100], [100, 100]])
    }

    @Test("a projection of another version is built anew, beside the old one")
    func versions() async throws {
        let log = MemoryLog([saw("w/a", [:]), saw("w/b", [:])])
        let old = try workshop.engine(log, [sessions])
        try await old.catchUp()
        let new = try workshop.engine(log, [Newer(base: sessions)])
        #expect(throws: ProjectionError.self) { try new.read("sessions") { _ in } }
        try await new.catchUp()
        #expect(workshop.databases == ["sessions-v3-g1.sqlite", "sessions-v4-g1.sqlite"])
        #expect(try old.told("sessions") == new.told("sessions"))
        #expect(try new.status()[0].version == sessions.version + 1)
    }

    @Test("a rebuild of what nobody knows is refused, naming what there is")
    func unknown() async throws {
        let engine = try workshop.engine(MemoryLog())
        await #expect {
            try await engine.rebuild(["sesions"])
        } throws: {
            "\($0)" == "there is no projection sesions; there are: items, pages, runs, sessions, stock"
        }
    }

    private func rebuildWhileReading(
        _ engine: ProjectionEngine, _ generation: Generation, _ log: MemoryLog
    ) async throws {
        let (begun, begin) = AsyncStream<Void>.makeStream()
        let (done, end) = AsyncStream<Void>.makeStream()
        let semaphore = DispatchSemaphore(value: 0)
        let reader = Thread {
            let versions = try? generation.read { database throws in
                let before = try ItemQuery(database).list().map(\.version)
                begin.finish()
                semaphore.wait()
                return (before, try ItemQuery(database).list().map(\.version))
            }
            #expect(versions?.0 == [1])
            #expect(versions?.1 == [1])
            end.finish()
        }
        reader.start()
        for await _ in begun {}
        log.append([saw("w/a", ["t": 2])])
        try await engine.catchUp()
        try await engine.rebuild()
        #expect(try engine.read("sessions") { try ItemQuery($0).list().map(\.version) } == [2])
        semaphore.signal()
        for await _ in done {}
    }
}

/// The same projection, a version on.
struct Newer: Projection {
    let base: any Projection
    var name: String { base.name }
    var version: Int { base.version + 1 }
    var families: Set<String> { base.families }
    func createTables(_ database: Connection) throws { try base.createTables(database) }
    func createIndexes(_ database: Connection) throws { try base.createIndexes(database) }
    func fold(_ event: EventView, into context: inout FoldContext) throws { try base.fold(event, into: &context) }
    func describe(_ change: EmittedChange, detail: [UInt8], in database: Connection) throws -> JSONMembers {
        try base.describe(change, detail: detail, in: database)
    }
}

/// What the readers of a test have seen of generations, and whether they may leave.
private final class SwapWatch: Sendable {
    let isDone = Atomic<Bool>(false)
    let seen = Mutex<Set<Int>>([])
}
