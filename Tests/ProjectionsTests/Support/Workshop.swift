// A folder of its own for a test, engines in it, and ways to look at what they made.

import CanonicalJSON
import EventLog
import Foundation
import Testing

@testable import Projections

/// Removes its folder when it goes. A suite holds it as a stored property, so that it stays as long as a test runs.
final class Workshop: Sendable {
    let folder: String

    init() {
        folder = NSTemporaryDirectory() + "projections-\(UUID().uuidString)"
    }

    deinit { remove() }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    static let everything: [any Projection] = KeyedCollection.kinds + [Runs()]

    func engine(
        _ log: some EventSource, _ projections: [any Projection] = Workshop.everything, batch: Int = 1000,
        in subfolder: String = "projections"
    ) throws -> ProjectionEngine {
        try ProjectionEngine(
            source: log, folder: "\(folder)/\(subfolder)", projections: projections, eventsPerBatch: batch)
    }

    var files: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder + "/projections")) ?? []).sorted()
    }

    /// The databases themselves.
    var databases: [String] { files.filter { $0.hasSuffix(".sqlite") } }
}

extension KeyedCollection {
    /// Those without rules of their own, which tell of each item by itself.
    static let plain = kinds.filter { $0.name != stock.name }
}
