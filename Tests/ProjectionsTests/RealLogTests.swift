import CanonicalJSON
import EventLog
import Foundation
import Testing

@testable import Projections

/// The engine over the log as it is on disk.
@Suite("Beside a real log", .timeLimit(.minutes(5)))
struct RealLogTests {
    private let workshop = Workshop()
    private var data: String { workshop.folder + "/data" }

    @Test("an engine reads what was appended before, by whomever")
    func follows() async throws {
        let log = try EventLog.open(data, create: true)
        let engine = try ProjectionEngine(log: log, projections: Workshop.everything)
        try await engine.catchUp()
        #expect(try engine.status().allSatisfy { $0.checkpoint == 0 && $0.lag == 0 && $0.generation == 1 })
        try await append(history(seed: 5, count: 300), to: log)
        let other = try EventLog.open(data, create: false)
        let second = try ProjectionEngine(log: other, projections: Workshop.everything)
        try await second.catchUp()
        try await append(history(seed: 6, count: 50), to: other)
        try await engine.catchUp()
        #expect(try engine.status().allSatisfy { $0.checkpoint == 350 && $0.lag == 0 })
        let expected = Model.states(history(seed: 5, count: 300) + history(seed: 6, count: 50), family: "session").last
        let rows = try engine.read("sessions") { try ItemQuery($0).list() }
        // Within a stream the log raises times that went back; all else is as the model has it.
        #expect(rows.map(\.version) == expected?.map(\.version))
        #expect(rows.map(\.fields) == expected?.map(\.fields))
        #expect(rows.map(\.sequence) == expected?.map(\.sequence))
        try await second.catchUp()
        #expect(try engine.told("sessions") == second.told("sessions"))
    }

    @Test("databases stand in data/projections and survive being opened again")
    func reopened() async throws {
        do {
            let log = try EventLog.open(data, create: true)
            try await append(history(seed: 7, count: 120), to: log)
            try await ProjectionEngine(log: log, projections: Workshop.everything).catchUp()
        }
        #expect(FileManager.default.fileExists(atPath: data + "/projections/sessions-v3-g1.sqlite"))
        let log = try EventLog.open(data, create: false)
        let engine = try ProjectionEngine(log: log, projections: Workshop.everything)
        #expect(try engine.status().allSatisfy { $0.checkpoint == 120 && $0.generation == 1 })
        try await engine.catchUp()
        #expect(try engine.status().allSatisfy { $0.generation == 1 })
        try await engine.rebuild()
        #expect(try engine.status().allSatisfy { $0.generation == 2 && $0.checkpoint == 120 })
    }

    @Test("databases that belong to another log are noticed")
    func foreign() async throws {
        for (seed, count) in [(8, 90), (9, 90), (10, 120), (11, 20)] {
            let log = try EventLog.open(workshop.folder + "/\(seed)", create: true)
            try await append(history(seed: seed, count: count), to: log)
            let engine = try ProjectionEngine(
                source: log, folder: data + "/projections", projections: Workshop.everything)
            try await engine.catchUp()
            let expected = Model.states(history(seed: seed, count: count), family: "session").last
            let rows = try engine.read("sessions") { try ItemQuery($0).list() }
            #expect(rows.map(\.sequence) == expected?.map(\.sequence))
        }
    }

    private func append(_ events: [TestEvent], to log: EventLog) async throws {
        let run = RunID.make()
        let drafts = events.enumerated().map { number, event in
            EventDraft(
                type: event.type, source: event.source, subject: event.subject,
                id: EventID(run: run, number: number + 1),
                time: Timestamp(millisecondsSinceEpoch: event.time), causation: event.causation, data: event.data)
        }
        for part in drafts.chunks(of: 40) { try await log.append(part) }
    }
}
