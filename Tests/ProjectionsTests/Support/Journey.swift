// A way through a history on which everything goes wrong that may: made from a seed, so that it can be gone again.

import EventLog
import Foundation

@testable import Projections

struct Journey {
    /// What happens next.
    private enum Step: CustomStringConvertible {
        /// The log grows.
        case append(Int)
        case catchUp
        /// The log breaks off so many events on, while it is read.
        case breakOff(Int)
        /// The disk fails so many events on, in the middle of a batch.
        case diskFault(Int)
        /// The databases are closed, and opened by another process with other batches.
        case reopen(batch: Int)
        /// So many engines catch up at the same time.
        case together(Int)
        case rebuild
        /// A database is lost while nobody has it open.
        case lose

        var description: String {
            switch self {
            case .append(let count): "\(count) events more"
            case .catchUp: "catch up"
            case .breakOff(let count): "the log breaks off \(count) events on"
            case .diskFault(let count): "the disk fails \(count) events on"
            case .reopen(let batch): "open anew, \(batch) events a batch"
            case .together(let count): "\(count) engines catch up"
            case .rebuild: "rebuild"
            case .lose: "a database is lost"
            }
        }

        static func next(_ chance: inout Chance) -> Step {
            switch chance.below(14) {
            case 0...3: .append(1 + chance.below(60))
            case 4, 5: .catchUp
            case 6, 7: .breakOff(chance.below(40))
            case 8, 9: .diskFault(chance.below(40))
            case 10, 11: .reopen(batch: 1 + chance.below(50))
            case 12: chance.one(in: 2) ? .together(2 + chance.below(2)) : .rebuild
            default: .lose
            }
        }
    }

    let seed: Int
    let events: [TestEvent]
    /// Made anew for each process that there would be.
    let projections: @Sendable () -> [any Projection]
    let workshop: Workshop

    /// Where the journey ends elsewhere than the straight way does, with the steps that led there; nothing is as it should be.
    func differences() async throws -> [String] {
        let straight = try engine(MemoryLog(events), batch: events.count, "straight-\(seed)")
        try await straight.catchUp()
        let expected = try straight.contents()
        var traveller = try Traveller(self, to: expected)
        try await traveller.go()
        let found = traveller.oddities + (try traveller.engine.contents().differences(from: expected))
        return found.isEmpty ? [] : ["seed \(seed): " + traveller.steps.joined(separator: "; ")] + found
    }

    private func engine(_ log: MemoryLog, batch: Int, _ folder: String) throws -> ProjectionEngine {
        try workshop.engine(log, projections(), batch: batch, in: folder)
    }

    /// The journey under way.
    private struct Traveller {
        let journey: Journey
        private let expected: Contents
        private let log: MemoryLog
        private var chance: Chance
        private var rest: ArraySlice<TestEvent>
        private var batch = 20
        private(set) var engine: ProjectionEngine
        private(set) var steps: [String] = []
        /// What was not right on the way, also where it was right in the end: a rebuild heals much.
        private(set) var oddities: [String] = []
        private var folder: String { "journey-\(journey.seed)" }

        init(_ journey: Journey, to expected: Contents) throws {
            self.journey = journey
            self.expected = expected
            var chance = Chance(journey.seed &+ 7_000)
            // In half of the journeys the log hands everything over twice.
            log = MemoryLog(twiceBy: chance.one(in: 2) ? 0 : 1 + chance.below(30))
            self.chance = chance
            rest = journey.events[...]
            engine = try journey.engine(log, batch: batch, "journey-\(journey.seed)")
        }

        mutating func go() async throws {
            while !rest.isEmpty {
                let step = Step.next(&chance)
                steps.append(step.description)
                try await take(step)
            }
            try await engine.catchUp()
        }

        private mutating func take(_ step: Step) async throws {
            switch step {
            case .append(let count):
                log.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            case .catchUp:
                try await engine.catchUp()
                try look()
            case .breakOff(let count):
                log.breakOff(at: try reached() + UInt64(count))
                try await expectingTrouble { [engine] in try await engine.catchUp() }
                log.breakOff(at: nil)
            case .diskFault(let count):
                let place = try reached() + UInt64(count)
                let failing = journey.projections().map { Faulty($0, at: place, .disk) as any Projection }
                let engine = try journey.workshop.engine(log, failing, batch: batch, in: folder)
                try await expectingTrouble { try await engine.catchUp() }
            case .reopen(let batch):
                self.batch = batch
                engine = try journey.engine(log, batch: batch, folder)
            case .together(let count): try await together(count)
            case .rebuild: try await engine.rebuild()
            case .lose: try lose()
            }
        }

        /// What has been told up to here stays as it was told.
        private mutating func look() throws {
            for status in try engine.status() {
                let place = "\(status.name), after \(steps.count) steps"
                if let failure = status.failure { oddities.append("\(place): \(failure)") }
                let told = try engine.told(status.name)
                let due = (expected["\(status.name), told"] ?? []).prefix(told.count)
                oddities += ["\(place), told": told].differences(from: ["\(place), told": Array(due)])
            }
        }

        /// Where the one stands that has come least far.
        private func reached() throws -> UInt64 { try engine.status().map(\.checkpoint).min() ?? 0 }

        /// Whether there is any depends on how far the log goes.
        private func expectingTrouble(_ body: () async throws -> Void) async throws {
            do { try await body() } catch is ProjectionError {}
        }

        private func together(_ count: Int) async throws {
            let others = try (1..<count).map { try journey.engine(log, batch: 3 * $0, folder) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for engine in others + [engine] { group.addTask { try await engine.catchUp() } }
                try await group.waitForAll()
            }
        }

        private mutating func lose() throws {
            // Nobody may have it open; this one is put aside with a folder of its own.
            engine = try journey.engine(log, batch: batch, "elsewhere")
            let path = "\(journey.workshop.folder)/\(folder)"
            let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
            if let name = names.filter({ $0.hasSuffix(".sqlite") }).randomElement(using: &chance) {
                try FileManager.default.removeItem(atPath: "\(path)/\(name)")
            }
            engine = try journey.engine(log, batch: batch, folder)
        }
    }
}
