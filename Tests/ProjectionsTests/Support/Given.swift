// Given what happened before, when this happens, then that is told: each case run twice, the second time with every batch
// of the log handed over twice, as a log may after a crash.

import CanonicalJSON
import Foundation
import Testing

@testable import Projections

/// What the newest changes of a projection are, as `KIND SUBJECT vVERSION ORIGIN [FIELDS]` or, for runs, `KIND SUBJECT`.
func expect(
    _ projection: any Projection, given: [TestEvent] = [], when: [TestEvent], then expected: [String],
    _ location: SourceLocation = #_sourceLocation
) async throws {
    for log in [MemoryLog(given + when), MemoryLog(given + when, twiceBy: 2)] {
        let workshop = Workshop()
        defer { workshop.remove() }
        let engine = try workshop.engine(log, [projection], batch: 2)
        try await engine.catchUp()
        let told = try engine.changes(of: projection.name, limit: .max)
        let news = told.filter { $0.sequence >= given.count }.map(summary)
        #expect(news == expected, sourceLocation: location)
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
