// One watch in `daybook status`, from what is on record and what is configured.

import CanonicalJSON
import EventLog
import Observations
import Projections

struct StatusRow: Equatable {
    var watch: String
    var kind: String
    var lastRun: Timestamp?
    var outcome: String?
    var items = 0
    var failuresInARow = 0
    var error: String?

    /// Configured watches in their order, then those that are only on record.
    static func all(known: [RunRow], configured: [(name: String, kind: String)]) -> [StatusRow] {
        var rows = configured.map { name, kind in
            known.first { $0.watch == name }.map(StatusRow.init) ?? StatusRow(watch: name, kind: kind)
        }
        rows += known.filter { status in !configured.contains { $0.name == status.watch } }.map(StatusRow.init)
        return rows
    }

    var tint: Tint {
        switch outcome {
        case "completed": .good
        case "suspect": .warning
        case "failed": .bad
        default: .plain
        }
    }

    /// The shape of `status --json`.
    var json: JSON {
        .object(
            JSONObject(
                [
                    ("watch", .string(watch)), ("kind", .string(kind)),
                    ("lastRun", lastRun.map { .string($0.description) } ?? .null),
                    ("outcome", outcome.map { .string($0) } ?? .null), ("items", JSON(items)),
                    ("failuresInARow", JSON(failuresInARow)),
                ] + (error.map { [("error", .string($0))] } ?? [])))
    }
}

extension StatusRow {
    init(_ run: RunRow) {
        let report = (try? run.reportJSON).flatMap { try? RunEnded(json: $0) }
        let error = report.flatMap { $0.error ?? ($0.suspicions == nil ? nil : RunText.doubts($0)) }
        self.init(
            watch: run.watch, kind: run.kind ?? "", lastRun: run.time, outcome: run.outcome.rawValue, items: run.items,
            failuresInARow: run.failuresInARow, error: error)
    }
}
