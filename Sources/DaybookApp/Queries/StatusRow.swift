// One watch in `daybook status`, from what is on record and what is configured.

import CanonicalJSON
import EventLog
import Observations
import Projections

struct StatusRow: Equatable {
    var watch: String
    var kind: String
    /// Whether daybook.yaml has it (still).
    var isConfigured = true
    var lastRun: Timestamp?
    var lastGood: Timestamp?
    /// When it is looked at next, where something keeps watch.
    var nextRun: Timestamp?
    /// Whether it is being looked at.
    var isUnderWay = false
    var outcome: String?
    /// How the watch's stock stands; only of that kind.
    var status: String?
    var items = 0
    var failuresInARow = 0
    var error: String?

    /// A watch as the configuration has it; `next` answers when it looks next, given its last run.
    struct Configured {
        let name: String
        let kind: String
        let next: (_ lastRun: Timestamp?) -> Timestamp?
    }

    /// Configured watches in their order, then those that are only on record.
    static func all(known: [RunRow], configured: [Configured]?) -> [StatusRow] {
        var rows = (configured ?? []).map { watch in
            var row =
                known.first { $0.watch == watch.name }.map(StatusRow.init)
                ?? StatusRow(watch: watch.name, kind: watch.kind)
            row.nextRun = watch.next(row.lastRun)
            return row
        }
        for run in known where !rows.contains(where: { $0.watch == run.watch }) {
            var row = StatusRow(run)
            row.isConfigured = configured == nil
            rows.append(row)
        }
        return rows
    }

    var tint: Tint {
        guard isConfigured else { return .faint }
        switch outcome {
        case "completed": return .good
        case "suspect": return .warning
        case "failed": return .bad
        default: return .plain
        }
    }

    /// The shape of `status --json`.
    var json: JSON {
        var row = JSONObject()
        row["watch"] = .string(watch)
        row["kind"] = .string(kind)
        row["configured"] = .bool(isConfigured)
        row["lastRun"] = lastRun.map { .string($0.description) } ?? .null
        row["outcome"] = outcome.map { .string($0) } ?? .null
        row["status"] = status.map { .string($0) }
        row["items"] = JSON(items)
        row["failuresInARow"] = JSON(failuresInARow)
        row["lastGood"] = lastGood.map { .string($0.description) }
        if isUnderWay { row["looking"] = true }
        row["nextRun"] = nextRun.map { .string($0.description) }
        row["error"] = error.map { .string($0) }
        return .object(row)
    }
}

extension StatusRow {
    init(_ run: RunRow) {
        let report = (try? run.reportJSON).flatMap { try? RunEnded(json: $0) }
        let error = report.flatMap { $0.error ?? ($0.suspicions == nil ? nil : RunText.doubts($0)) }
        self.init(
            watch: run.watch, kind: run.kind ?? "", lastRun: run.time, lastGood: run.lastGood,
            outcome: run.outcome.rawValue, items: run.items, failuresInARow: run.failuresInARow, error: error)
    }
}
