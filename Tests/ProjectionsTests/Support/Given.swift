// Given what happened before, when this happens, then these rows are there and that is told: each case run twice, the second
// time with every batch of the log handed over twice, as a log may after a crash.

import CanonicalJSON
import EventLog
import Foundation
import Testing

@testable import Projections

/// A sentence of a specification: what it says, and an example that shows it.
struct Example: Sendable, CustomTestStringConvertible {
    let name: String
    var given: [TestEvent] = []
    var when: [TestEvent]
    /// What is told because of `when`.
    var told: [String] = []
    /// What there is afterwards, where the example is about that.
    var rows: [String]?

    init(
        _ name: String, given: [TestEvent] = [], when: TestEvent..., told: [String] = [], rows: [String]? = nil
    ) {
        (self.name, self.given, self.when, self.told, self.rows) = (name, given, when, told, rows)
    }

    var testDescription: String { name }

    /// The same about another kind of collection: `session` stands for any.
    func about(_ collection: KeyedCollection) -> Example {
        var copy = self
        copy.given = given.map { $0.about(collection) }
        copy.when = when.map { $0.about(collection) }
        copy.told = told.map { $0.replacing("session.", with: "\(collection.family).") }
        return copy
    }
}

extension TestEvent {
    fileprivate func about(_ collection: KeyedCollection) -> TestEvent {
        var copy = self
        copy.type = type.replacing("session.", with: "\(collection.family).")
        return copy
    }
}

func expect(
    _ projection: any Projection, _ example: Example, _ location: SourceLocation = #_sourceLocation
) async throws {
    try await expect(
        projection, given: example.given, when: example.when, then: example.told, rows: example.rows, location)
}

/// What the newest changes of a projection are, as `KIND SUBJECT vVERSION ORIGIN [FIELDS]` or, for runs, `KIND SUBJECT`; and its
/// rows, as `rows(of:)` writes them.
func expect(
    _ projection: any Projection, given: [TestEvent] = [], when: [TestEvent], then expected: [String],
    rows: [String]? = nil, _ location: SourceLocation = #_sourceLocation
) async throws {
    for log in [MemoryLog(given + when), MemoryLog(given + when, twiceBy: 2)] {
        let workshop = Workshop()
        defer { workshop.remove() }
        let engine = try workshop.engine(log, [projection], batch: 2)
        try await engine.catchUp()
        let told = try engine.changes(of: projection.name, limit: .max)
        let news = told.filter { $0.sequence >= given.count }.map(summary)
        #expect(news == expected, sourceLocation: location)
        if let rows { #expect(try engine.rows(of: projection) == rows, sourceLocation: location) }
        try await engine.catchUp()
        #expect(try engine.changes(of: projection.name, limit: .max).count == told.count, sourceLocation: location)
        #expect(try engine.status().allSatisfy { $0.failure == nil && $0.lag == 0 }, sourceLocation: location)
    }
}

private func summary(_ change: Change) -> String {
    var text = "\(change.kind) \(change.subject)"
    if let version = change.data["version"]?.intValue { text += " v\(version) \(change.origin.rawValue)" }
    let fields = change.data["changes"]?.arrayValue?.compactMap { $0["field"]?.stringValue } ?? []
    return fields.isEmpty ? text : text + " \(fields)"
}

extension ProjectionEngine {
    /// Of a collection its items, `WATCH/KEY vVERSION STATE FIELDS`; of runs how each watch stands, `WATCH OUTCOME, N there,
    /// N failed in a row, good at MILLISECONDS`.
    fileprivate func rows(of projection: any Projection) throws -> [String] {
        try read(projection.name) { database in
            guard projection is Runs else {
                return try ItemQuery(database).list().map { row in
                    let fields = String(decoding: row.fields, as: UTF8.self)
                    return "\(row.watch)/\(row.key) v\(row.version) \(row.state.rawValue) \(fields)"
                }
            }
            return try RunQuery(database).watches().map { row in
                let good = row.lastGood.map { "good at \($0.millisecondsSinceEpoch)" } ?? "never good"
                return
                    "\(row.watch) \(row.outcome.rawValue), \(row.items) there, \(row.failuresInARow) failed in a row, \(good)"
            }
        }
    }
}
