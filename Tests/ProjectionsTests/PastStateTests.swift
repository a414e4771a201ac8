import CanonicalJSON
import EventLog
import Foundation
import Testing

@testable import Projections

@Suite("Databases as of a moment", .timeLimit(.minutes(5)))
struct PastStateTests {
    private let workshop = Workshop()

    private func items(_ path: String, asOf point: AsOf = .now) throws -> [ItemRow] {
        try ItemQuery(Connection(path, .query)).list(asOf: point)
    }

    @Test("hold what was known then, in both senses, and nothing later", arguments: 0..<3)
    func states(seed: Int) async throws {
        let log = MemoryLog(history(seed: seed, count: 200))
        let engine = try workshop.engine(log)
        try await engine.catchUp()
        let time = history(seed: seed, count: 200)[120].time
        let points: [AsOf] = [
            .now, .sequence(77), .recorded(events: 0), .observed(Timestamp(millisecondsSinceEpoch: time)),
        ]
        for (number, point) in points.enumerated() {
            let folder = "\(workshop.folder)/\(number)"
            let filled = try await PastState(of: Workshop.everything, asOf: point, source: log).fill(into: folder)
            #expect(filled.map(\.projection) == ["items", "pages", "runs", "sessions", "stock"])
            let there = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            #expect(there == ["items.sqlite", "pages.sqlite", "runs.sqlite", "sessions.sqlite", "stock.sqlite"])
            let expected = try engine.read("sessions") { try ItemQuery($0).list(asOf: point) }
            #expect(try items("\(folder)/sessions.sqlite") == expected)
        }
    }

    @Test("are given up where an event cannot be taken in, and leave nothing")
    func stopped() async throws {
        let log = MemoryLog(history(seed: 1, count: 200))
        let past = PastState(of: [Faulty(KeyedCollection.sessions, at: 57)], asOf: .now, source: log)
        let folder = workshop.folder + "/past"
        await #expect { _ = try await past.fill(into: folder) } throws: {
            "\($0)".hasPrefix("projection sessions stops at event 57")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        let before = PastState(of: [Faulty(KeyedCollection.sessions, at: 57)], asOf: .sequence(56), source: log)
        #expect(try await before.fill(into: folder).count == 1)
    }
}
