// What a run makes of a watch's record: failures in a row, the last good look, and whether that is worth telling.

import CanonicalJSON
import EventLog

/// How a run ended.
public enum RunOutcome: String, Sendable, CaseIterable {
    /// Everything was fetched and understood.
    case completed
    /// It looked wrong, and was kept from concluding absences.
    case suspect
    /// Something could not be fetched or understood.
    case failed
}

/// A watch's record after a run.
struct RunRecord: Equatable {
    var outcome: RunOutcome
    /// Failed runs without one in between that was understood.
    var failuresInARow: Int
    /// When the last completed run was observed.
    var lastGood: Timestamp?

    /// The record after one more run, and the kind of change that it is, if any.
    ///
    /// Every failed and every suspect run is a change; a completed one is when the run before it was either.
    static func after(_ before: RunRecord?, outcome: RunOutcome, at time: Timestamp) -> (RunRecord, kind: String?) {
        let record = RunRecord(
            outcome: outcome,
            failuresInARow: outcome == .failed ? (before?.failuresInARow ?? 0) + 1 : 0,
            lastGood: outcome == .completed ? time : before?.lastGood)
        switch (before?.outcome, outcome) {
        case (_, .failed): return (record, "run.failed")
        case (_, .suspect): return (record, "run.suspect")
        case (.failed, .completed), (.suspect, .completed): return (record, "run.recovered")
        case (_, .completed): return (record, nil)
        }
    }
}
