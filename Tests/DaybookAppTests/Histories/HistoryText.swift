// What projections make of a recorded history, as text for people to read in a diff: for each projection a file of its rows and one of
// its changes, a JSON object a line, in an order that depends on nothing but the rows.

import CanonicalJSON
import EventLog
import Foundation
import Projections

@testable import DaybookApp

enum HistoryText {
    /// Files by name; a projection that has nothing to say has none.
    static func files(of log: EventLog, in folder: String) async throws -> [String: String] {
        let projections = Place.allProjections
        let engine = try ProjectionEngine(log: log, folder: folder, projections: projections)
        try await engine.catchUp()
        for status in try engine.status() {
            if let failure = status.failure { throw HistoryError(description: "\(status.name): \(failure)") }
        }
        var files: [String: String] = [:]
        for projection in projections {
            let name = projection.name
            files["\(name).changes.jsonl"] = text(try engine.changes(of: name, limit: .max).map(\.data.canonicalText))
            files["\(name).rows.jsonl"] = text(try engine.read(name) { try rows(of: projection, $0) })
        }
        return files.filter { !$0.value.isEmpty }
    }

    private static func text(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }

    /// Of a collection every version of every item, of runs every run with how its watch stood after it. What is asked and not how it is
    /// kept, so that other tables that answer the same are no difference.
    private static func rows(of projection: any Projection, _ database: Connection) throws -> [String] {
        if projection is KeyedCollection {
            let query = ItemQuery(database)
            return try query.list().flatMap { item in
                try query.history("\(item.watch)/\(item.key)").map { String(decoding: $0.line, as: UTF8.self) }
            }
        }
        if projection is Runs {
            let query = RunQuery(database)
            return try query.watches().flatMap { newest in
                try query.runs(of: newest.watch, limit: .max).reversed().map {
                    JSON.object($0.statusMembers).canonicalText
                }
            }
        }
        return []
    }
}

struct HistoryError: Error, CustomStringConvertible {
    let description: String
}

/// The histories in the repository.
enum RecordedHistories {
    static let folder = projectRoot.appending(path: "snapshots").path()

    static var names: [String] {
        let found = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return found.filter { FileManager.default.fileExists(atPath: "\(folder)/\($0)/log") }.sorted()
    }

    /// What stands in the repository as that which the history must come to.
    static func expected(of name: String) throws -> [String: String] {
        let path = "\(folder)/\(name)/projections"
        let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return try Dictionary(
            uniqueKeysWithValues: files.map { ($0, try String(contentsOfFile: "\(path)/\($0)", encoding: .utf8)) })
    }
}
