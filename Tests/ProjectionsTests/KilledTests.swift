import Foundation
import Testing

@testable import Projections

/// Real processes, really killed (SIGKILL) between the begin of a transaction and its commit: in the middle of a fold.
@Suite("After kill -9", .timeLimit(.minutes(5)), .serialized)
struct KilledTests {
    private static let count = 400
    private let plan = KillPlan()

    @Test(
        "in the middle of a batch, of the first build and of later ones, every event takes effect once",
        arguments: 0..<4)
    func inBatch(seed: Int) async throws {
        let log = MemoryLog(restlessHistory(seed: seed, count: Self.count))
        var chance = Chance(seed)
        for place in (0..<3).map({ _ in chance.below(Self.count) }).sorted() {
            try plan.write(seed: seed, place: place, batch: 1 + chance.below(60))
            await #expect(processExitsWith: .signal(SIGKILL)) {
                let plan = try KillPlan.read()
                let log = MemoryLog(restlessHistory(seed: plan.seed, count: KilledTests.count))
                try await plan.engine(log).catchUp()
            }
        }
        let engine = try plan.workshop.engine(log)
        try await engine.catchUp()
        let straight = try plan.workshop.engine(log, in: "straight")
        try await straight.catchUp()
        #expect(try engine.contents().differences(from: straight.contents()) == [], "seed \(seed)")
    }

    @Test(
        "half-way through a rebuild, the old generation is used as before, and the rubbish goes",
        arguments: [0, 200, 399])
    func inRebuild(place: Int) async throws {
        let log = MemoryLog(restlessHistory(seed: 1, count: Self.count))
        var before: Contents = [:]
        do {
            let engine = try plan.workshop.engine(log)
            try await engine.catchUp()
            before = try engine.contents()
        }
        try plan.write(seed: 1, place: place, batch: 50)
        await #expect(processExitsWith: .signal(SIGKILL)) {
            let plan = try KillPlan.read()
            let log = MemoryLog(restlessHistory(seed: plan.seed, count: KilledTests.count))
            try await plan.engine(log).rebuild()
        }
        #expect(plan.workshop.databases.filter { $0.hasSuffix("-g2.sqlite") }.count == Workshop.everything.count)
        let engine = try plan.workshop.engine(log)
        #expect(try engine.status().allSatisfy { $0.generation == 1 && $0.lag == 0 })
        #expect(try engine.contents().differences(from: before) == [])
        #expect(!plan.workshop.files.contains { $0.contains("-g2") }, "what was half done is gone")
        try await engine.rebuild()
        #expect(try engine.status().allSatisfy { $0.generation == 2 })
        #expect(try engine.contents().differences(from: before) == [])
    }
}

/// What the process that is to be killed is to do. A test cannot hand it anything, so it finds this under its parent's number.
private final class KillPlan {
    struct Orders {
        let folder: String
        let seed: Int
        let place: Int
        let batch: Int

        func engine(_ log: MemoryLog) throws -> ProjectionEngine {
            try ProjectionEngine(
                source: log, folder: folder + "/projections",
                projections: Workshop.everything.map { Faulty($0, at: UInt64(place), .kill) }, eventsPerBatch: batch)
        }
    }

    let workshop = Workshop()

    private static func path(of process: Int32) -> String {
        NSTemporaryDirectory() + "projections-kill-plan-\(process)"
    }

    func write(seed: Int, place: Int, batch: Int) throws {
        let text = [workshop.folder, "\(seed)", "\(place)", "\(batch)"].joined(separator: "\n")
        try Data(text.utf8).write(to: URL(filePath: Self.path(of: getpid())))
    }

    static func read() throws -> Orders {
        let text = try String(contentsOfFile: path(of: getppid()), encoding: .utf8)
        let lines = text.split(separator: "\n").map(String.init)
        let numbers = lines.dropFirst().compactMap { Int($0) }
        try #require(numbers.count == 3)
        return Orders(folder: lines[0], seed: numbers[0], place: numbers[1], batch: numbers[2])
    }

    deinit { try? FileManager.default.removeItem(atPath: Self.path(of: getpid())) }
}
