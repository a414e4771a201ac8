import EventLog
import Testing

@testable import Projections

/// However events come, every table, every change and every checkpoint must come to the same.
@Suite("Every event takes effect exactly once", .timeLimit(.minutes(5)))
struct ExactlyOnceTests {
    private static let count = 400
    private let workshop = Workshop()

    private func reference(_ seed: Int) async throws -> [String: [String]] {
        let engine = try referenceEngine(seed)
        try await engine.catchUp()
        return try engine.contents()
    }

    private func referenceEngine(_ seed: Int) throws -> ProjectionEngine {
        try workshop.engine(MemoryLog(history(seed: seed, count: Self.count)), in: "reference")
    }

    @Test("in batches of any size, each handed over twice", arguments: 0..<6)
    func batches(seed: Int) async throws {
        let expected = try await reference(seed)
        // Rows hold many versions and changes each, so it is changes that show how much there was to go wrong.
        let straight = try referenceEngine(seed)
        #expect(try straight.told("sessions").count + straight.told("items").count > 200)
        for (batch, twiceBy) in [(1, 0), (7, 0), (50, 3), (3, 50)] {
            let log = MemoryLog(history(seed: seed, count: Self.count), twiceBy: twiceBy)
            let engine = try workshop.engine(log, batch: batch, in: "\(batch)-\(twiceBy)")
            try await engine.catchUp()
            #expect(try engine.contents() == expected)
        }
    }

    @Test("when the log grows while it is followed", arguments: 0..<6)
    func growing(seed: Int) async throws {
        let log = MemoryLog()
        var engine = try workshop.engine(log, batch: 11)
        var chance = Chance(seed)
        var rest = history(seed: seed, count: Self.count)[...]
        while !rest.isEmpty {
            log.append(Array(rest.prefix(1 + chance.below(60))))
            rest = rest.dropFirst(Int(log.end()) - (Self.count - rest.count))
            // Sometimes another process goes on.
            if chance.one(in: 2) { engine = try workshop.engine(log, batch: 1 + chance.below(30)) }
            try await engine.catchUp()
        }
        #expect(try engine.contents() == (try await reference(seed)))
    }

    @Test("when the log breaks off anywhere, and what came before is kept", arguments: 0..<6)
    func breaks(seed: Int) async throws {
        let log = MemoryLog(history(seed: seed, count: 50))
        let engine = try workshop.engine(log, batch: 13)
        try await engine.catchUp()
        log.append(Array(history(seed: seed, count: Self.count)[50...]))
        var chance = Chance(seed)
        for _ in 0..<8 {
            let place = UInt64(51 + chance.below(Self.count - 51))
            let before = try engine.status()[0].checkpoint
            log.breakOff(at: place)
            if place >= before { await #expect(throws: ProjectionError.self) { try await engine.catchUp() } }
            #expect(try engine.status().allSatisfy { $0.checkpoint == max(place, before) })
        }
        log.breakOff(at: nil)
        try await engine.catchUp()
        #expect(try engine.contents() == (try await reference(seed)))
    }

    @Test("when the disk fails in the middle of a batch", arguments: 0..<6)
    func interrupted(seed: Int) async throws {
        let log = MemoryLog(history(seed: seed, count: 10))
        try await workshop.engine(log).catchUp()
        log.append(Array(history(seed: seed, count: Self.count)[10...]))
        var chance = Chance(seed)
        for _ in 0..<8 {
            let place = UInt64(11 + chance.below(Self.count - 11))
            let failing = Workshop.everything.map { Faulty($0, at: place, .disk) as any Projection }
            let engine = try workshop.engine(log, failing, batch: 1 + chance.below(100))
            if try engine.status()[0].checkpoint <= place {
                await #expect(throws: ProjectionError.self) { try await engine.catchUp() }
            }
        }
        let engine = try workshop.engine(log)
        #expect(try engine.status().contains { $0.lag > 0 })
        try await engine.catchUp()
        #expect(try engine.contents() == (try await reference(seed)))
    }

    @Test("when several engines catch up with the same folder at the same time", arguments: 0..<3)
    func together(seed: Int) async throws {
        let log = MemoryLog()
        let engines = try (0..<3).map { _ in try workshop.engine(log, batch: 5) }
        for part in history(seed: seed, count: Self.count).chunks(of: 80) {
            log.append(part)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for engine in engines { group.addTask { try await engine.catchUp() } }
                try await group.waitForAll()
            }
            // Each of them sees everything that was appended before it was asked to catch up.
            for engine in engines { #expect(try engine.status().allSatisfy { $0.lag == 0 }) }
        }
        #expect(try engines[0].contents() == (try await reference(seed)))
    }
}

extension Array {
    func chunks(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
