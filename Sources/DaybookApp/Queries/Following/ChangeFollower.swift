// Follows changes through the outboxes that reactors are told from: each once and in the order of its events, whatever is
// rebuilt meanwhile and whichever process appends.

import Projections
import Reactors

struct ChangeFollower {
    let engine: ProjectionEngine
    private let source: ChangeSource
    private let count: Int
    /// The first event whose changes have not been told.
    private(set) var next: UInt64
    /// Why changes are held back that other projections have to tell.
    private(set) var held: ProjectionStatus?

    init(_ engine: ProjectionEngine, projections: [String], from next: UInt64) {
        self.engine = engine
        source = ChangeSource(engine: engine, projections: projections)
        count = projections.count
        self.next = next
    }

    /// Hands over all changes that there are by now, those of one event at a time.
    ///
    /// A projection that has stopped at an event holds all of them back from there on: where one place is to be named at which
    /// to go on, nothing may be left behind it.
    mutating func advance(_ body: ([Change]) throws -> Void) async throws {
        let reached = try await source.catchUp()
        let end = reached.min() ?? 0
        held = try engine.status().first { $0.failure?.sequence == end }
        guard end > next else { return }
        let ends = Array(repeating: end, count: count)
        var starts = Array(repeating: next, count: count)
        while true {
            let (changes, upTo) = try source.page(from: starts, to: ends)
            for first in changes.indices where first == 0 || changes[first - 1].sequence < changes[first].sequence {
                try body(Array(changes[first...].prefix { $0.sequence == changes[first].sequence }))
            }
            guard upTo != starts else { break }
            starts = upTo
            try Task.checkCancellation()
        }
        next = end
    }
}
