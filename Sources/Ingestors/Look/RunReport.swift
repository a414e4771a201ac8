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
    /// Nothing of the watch had been recorded before.
    public var isFirst = false
    /// Fields that no item of a completed run has, though the rules ask for them; those that were lost with this run are
    /// named by `summary`.
    public var emptyFields: [String] = []
    /// Pages were read by rules that they had not been read by before: at the first look, and after a change of the rules.
    public var hasNewRules = false

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
        row["lostFields"] = summary.lostFields.map { .array($0.map(JSON.string)) }
        row["emptyFields"] = emptyFields.isEmpty ? nil : .array(emptyFields.map(JSON.string))
        row["suspicions"] = summary.suspicions.map { .array($0.map { .string($0.rawValue) }) }
        row["error"] = summary.error.map(JSON.string)
        return .object(row)
    }
}

extension RunReport {
    /// All of it, for another process that reports it: `{"watch","run","outcome","summary","end","isFirst"?,"emptyFields"?,"hasNewRules"?}`.
    public var whole: JSON {
        var object = JSONObject()
        object["watch"] = .string(watch)
        object["run"] = .string(run.description)
        object["outcome"] = .string(outcome.rawValue)
        object["summary"] = try? summary.json()
        object["end"] = .string(String(end))
        object["isFirst"] = isFirst ? true : nil
        object["emptyFields"] = emptyFields.isEmpty ? nil : .array(emptyFields.map(JSON.string))
        object["hasNewRules"] = hasNewRules ? true : nil
        return .object(object)
    }

    /// Nil where it is no such object.
    public init?(whole: JSON) {
        guard let watch = whole["watch"]?.stringValue, let run = whole["run"]?.stringValue.flatMap({ RunID($0) }),
            let outcome = whole["outcome"]?.stringValue.flatMap({ RunOutcome(rawValue: $0) }),
            let summary = whole["summary"].flatMap({ try? RunEnded(json: $0) }),
            let end = whole["end"]?.stringValue.flatMap({ UInt64($0) })
        else { return nil }
        self.init(
            watch: watch, run: run, outcome: outcome, summary: summary, end: end, isFirst: whole["isFirst"] == true,
            emptyFields: whole["emptyFields"]?.arrayValue?.compactMap(\.stringValue) ?? [],
            hasNewRules: whole["hasNewRules"] == true)
    }
}
