// What a look came to, for whoever asked for it: the row of `daybook check --json`.

import CanonicalJSON
import EventLog
import Observations

/// One run, as its run event tells it.
public struct RunReport: Sendable {
    public let watch: String
    public let run: RunID
    public let outcome: RunOutcome
    /// The run event's data.
    public let summary: RunEnded
    /// The end of the log after the run.
    public let end: UInt64

    /// The `check` row: counts, and what went wrong where something did.
    public var json: JSON {
        var row = JSONObject()
        row["watch"] = .string(watch)
        row["run"] = .string(run.description)
        row["outcome"] = .string(outcome.rawValue)
        row["observed"] = JSON(summary.observed)
        row["changed"] = JSON(summary.changed)
        row["unchanged"] = JSON(summary.unchanged)
        row["absent"] = JSON(summary.absent)
        row["conflicts"] = JSON(summary.conflicts)
        row["requests"] = JSON(summary.requests)
        row["notModified"] = JSON(summary.notModified)
        row["bytes"] = JSON(summary.bytes)
        row["seconds"] = .number(summary.seconds)
        row["keyless"] = summary.keyless.map { JSON($0) }
        row["unreadable"] = summary.unreadable.map { JSON($0) }
        row["suspicions"] = summary.suspicions.map { .array($0.map { .string($0.rawValue) }) }
        row["error"] = summary.error.map(JSON.string)
        return .object(row)
    }
}
