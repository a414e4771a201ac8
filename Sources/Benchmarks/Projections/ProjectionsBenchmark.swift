// daybook's half of `tools/bench projections`. Each measure prints one line of JSON; tools/benchmarks/projections_table.py runs
// them beside their peers and judges.

import CanonicalJSON
import EventLog
import Foundation
import Projections

struct ProjectionsBenchmark {
    private let arguments: [String]

    struct Usage: Error, CustomStringConvertible {
        let description = """
            projections wants one of
              rebuild DATA FOLDER             builds `sessions` in FOLDER from the whole log
              histories DATA FOLDER FILE      counts what it holds, and tells of some sessions, for whoever compares
              latency FOLDER EVENTS           from a commit until its change is in the outbox
            """
    }

    init(_ arguments: [String]) { self.arguments = arguments }

    func run() async throws {
        let result: JSON
        switch (arguments.first, arguments.count) {
        case ("rebuild", 3): result = try await rebuild(arguments[1], arguments[2])
        case ("histories", 4): result = try histories(arguments[1], arguments[2], arguments[3])
        case ("latency", 3): result = try await OutboxLatency(folder: arguments[1], events: number(2)).run()
        default: throw Usage()
        }
        print(result.canonicalText)
    }

    private func engine(_ data: String, _ folder: String) throws -> ProjectionEngine {
        let log = try EventLog.open(data, create: false)
        return try ProjectionEngine(log: log, folder: folder, projections: [KeyedCollection.sessions])
    }

    private func rebuild(_ data: String, _ folder: String) async throws -> JSON {
        let began = ContinuousClock.now
        let engine = try engine(data, folder)
        try await engine.rebuild()
        let seconds = (ContinuousClock.now - began).seconds
        return ["events": JSON(Int(try engine.status().first?.checkpoint ?? 0)), "seconds": .number(seconds)]
    }

    /// Counts what there is, and writes of one session in 499 a line for each version, with what changed.
    private func histories(_ data: String, _ folder: String, _ file: String) throws -> JSON {
        let engine = try engine(data, folder)
        var lines = ""
        var rows: [(key: String, version: Int)] = []
        try engine.read("sessions") { database in
            try ItemQuery(database).list { rows.append(("\($0.watch)/\($0.key)", $0.version)) }
            for (key, _) in rows where (Int(key.suffix(6)) ?? 1).isMultiple(of: 499) {
                for row in try ItemQuery(database).history(key) {
                    let changes = String(decoding: row.changes, as: UTF8.self)
                    lines += "\(key)\t\(row.version)\t\(row.sequence)\t\(changes)\n"
                }
            }
        }
        try lines.write(toFile: file, atomically: false, encoding: .utf8)
        return [
            "items": JSON(rows.count), "versions": JSON(rows.map(\.version).reduce(0, +)),
            "changes": JSON(try countChanges(engine)),
        ]
    }

    private func countChanges(_ engine: ProjectionEngine) throws -> Int {
        var count = 0
        var position: ChangePosition?
        while true {
            let changes = try engine.changes(of: "sessions", after: position, limit: 10_000)
            guard let last = changes.last else { return count }
            count += changes.count
            position = last.position
        }
    }

    private func number(_ index: Int) throws -> Int {
        guard let number = Int(arguments[index]), number > 0 else { throw Usage() }
        return number
    }
}
