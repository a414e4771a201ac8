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

extension ProjectionEngine {
    /// Every row of every table of every projection, changes and checkpoints included, as text that can be compared.
    func contents() throws -> [String: [String]] {
        var all: [String: [String]] = [:]
        for member in members {
            try read(member.projection.name) { database in
                for table in try database.tables() {
                    all["\(member.projection.name).\(table)"] = try database.rows(of: table)
                }
            }
        }
        return all
    }

    /// All changes, as canonical JSON.
    func told(_ name: String) throws -> [String] {
        try changes(of: name, limit: .max).map(\.data.canonicalText)
    }
}

extension Connection {
    fileprivate func tables() throws -> [String] {
        var names: [String] = []
        try forEach("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name") { names.append($0.text(0)) }
        return names
    }

    fileprivate func rows(of table: String) throws -> [String] {
        var columns: [String] = []
        try forEach("SELECT name FROM pragma_table_info(?)", table) { columns.append("quote(\($0.text(0)))") }
        var rows: [String] = []
        let row = columns.joined(separator: " || ',' || ")
        try forEach(dynamic: "SELECT \(row) FROM \(table) ORDER BY 1") { rows.append($0.text(0)) }
        return rows
    }
}
