// What an import came to.

import CanonicalJSON
import EventLog
import Observations

/// How far an import has come.
public struct ImportProgress: Sendable, Equatable {
    /// Versions done, of those that there were to do.
    public var done: Int
    public var total: Int
    /// When the last of them was saved.
    public var time: Timestamp
}

/// A version that made a failed run.
public struct FailedVersion: Sendable, Equatable {
    public let time: Timestamp
    /// Which version of what, and what is wrong with it.
    public let error: String

    var json: JSON { ["time": .string(time.description), "error": .string(error)] }
}

/// An import that has ended, at the end of the history or because it was stopped.
public struct ImportReport: Sendable, Equatable {
    public let watch: String
    public let path: String
    /// Versions of the file that the history has.
    public let versions: Int
    /// Of these, those before the place where the import began: imported earlier.
    public let earlier: Int
    /// Runs appended, by how they ended.
    public internal(set) var runs: [RunOutcome: Int] = [:]
    /// Versions without the file: it was deleted. They are no runs.
    public internal(set) var missing = 0
    /// Events appended, run events among them.
    public internal(set) var events = 0
    /// Bytes of the versions that were read.
    public internal(set) var bytes = 0
    /// The times of the first and the last run appended.
    public internal(set) var first: Timestamp?
    public internal(set) var last: Timestamp?

    /// The first version that could not be understood.
    public internal(set) var firstFailure: FailedVersion?

    /// All runs appended.
    public var runCount: Int { runs.values.reduce(0, +) }
    /// Versions that are still to be imported, because the import was stopped.
    public var left: Int { versions - earlier - runCount - missing }

    /// `{"watch","path","versions","earlier","runs","completed","suspect","failed","missing","left","events","bytes","from"?,"to"?}`.
    public var json: JSONObject {
        var row = JSONObject([
            ("watch", .string(watch)), ("path", .string(path)), ("versions", JSON(versions)),
            ("earlier", JSON(earlier)), ("runs", JSON(runCount)),
        ])
        for outcome in RunOutcome.allCases { row[outcome.rawValue] = JSON(runs[outcome] ?? 0) }
        row["missing"] = JSON(missing)
        row["left"] = JSON(left)
        row["events"] = JSON(events)
        row["bytes"] = JSON(bytes)
        row["firstFailure"] = firstFailure?.json
        row["from"] = first.map { .string($0.description) }
        row["to"] = last.map { .string($0.description) }
        return row
    }
}
