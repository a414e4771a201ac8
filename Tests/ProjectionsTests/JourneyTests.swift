import Testing

@testable import Projections

/// The property: whatever happens on the way, every table of every database and every change told comes to the same.
@Suite("Whatever happens on the way", .timeLimit(.minutes(5)))
struct JourneyTests {
    private static let count = 400
    private let workshop = Workshop()

    private func journey(
        _ seed: Int, of projections: @escaping @Sendable () -> [any Projection] = { Workshop.everything }
    ) -> Journey {
        Journey(
            seed: seed, events: restlessHistory(seed: seed, count: Self.count), projections: projections,
            workshop: workshop)
    }

    @Test("projections end where the straight way ends, and take back nothing that they told", arguments: 0..<16)
    func everything(seed: Int) async throws {
        let differences = try await journey(seed).differences()
        #expect(differences == [])
    }

    @Test("the histories tried have every transition in them, of every kind and origin")
    func coverage() async throws {
        let events = (0..<16).flatMap { restlessHistory(seed: $0, count: Self.count) }
        let engine = try workshop.engine(MemoryLog(events))
        try await engine.catchUp()
        #expect(try engine.status().allSatisfy { $0.failure == nil })
        let steps = ["added", "updated", "withdrawn", "returned"]
        for collection in KeyedCollection.plain {
            let told = try engine.changes(of: collection.name, limit: .max)
            #expect(Set(told.map(\.kind)) == Set(steps.map { "\(collection.family).\($0)" }))
            #expect(Set(told.map(\.origin)) == Set(Origin.allCases))
            #expect(try engine.read(collection.name) { try $0.contents()["names"] }?.isEmpty == false)
        }
        let runs = try engine.changes(of: "runs", limit: .max).map(\.kind)
        #expect(Set(runs) == ["run.failed", "run.suspect", "run.recovered"])
    }

    /// Were the property blind, it would pass for these too.
    @Test("a projection that breaks the rules is found out", arguments: Careless.Fault.allCases)
    func careless(fault: Careless.Fault) async throws {
        var found: [String] = []
        for seed in 0..<8 where found.isEmpty {
            found = try await journey(seed, of: { [Careless(fault)] }).differences()
        }
        #expect(found.first?.hasPrefix("seed ") == true)
        #expect(found.count > 1)
    }

    @Test("a journey of the same seed is the same journey")
    func repeatable() async throws {
        let first = try await journey(3, of: { [Careless(.countsInMemory)] }).differences()
        workshop.remove()
        #expect(try await journey(3, of: { [Careless(.countsInMemory)] }).differences() == first)
        #expect(!first.isEmpty)
    }
}
