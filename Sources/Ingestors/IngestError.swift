// Why there is no run to report. What goes wrong out there is not one of these: that is a failed run.

import EventLog
import Observations

/// A look that could not take place or could not be recorded.
public enum IngestError: Error, Sendable, CustomStringConvertible {
    /// Another process, or another task of this one, is looking at the watch; `holder` is the process where that is known.
    case busy(watch: String, holder: Int?)
    /// The log or the blobs cannot be read or written.
    case log(LogError)
    /// data/cache.sqlite can neither be opened nor replaced.
    case cache(path: String, reason: String)
    /// An event's data that cannot be written or read.
    case data(ObservationError)
    /// What an import was asked for cannot be done; the sentence says why, and what can.
    case history(String)
    /// git failed, or is not there; the sentence says how.
    case git(String)
    /// The task was cancelled before the run was recorded; nothing was appended.
    case cancelled(watch: String)

    public var description: String {
        switch self {
        case .busy(let watch, let holder):
            "the watch \(watch) is being looked at already\(holder.map { " by process \($0)" } ?? ""); wait until that look has ended"
        case .log(let error): error.description
        case .cache(let path, let reason):
            "\(path) can neither be used nor replaced: \(reason); it may be deleted at any time"
        case .data(let error): error.description
        case .history(let sentence), .git(let sentence): sentence
        case .cancelled(let watch): "the look at \(watch) was cancelled and nothing of it is recorded"
        }
    }
}
