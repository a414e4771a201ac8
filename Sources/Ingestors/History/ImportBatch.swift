// Whole runs gathered for one commit, so that not every run waits for the disk.

import EventLog
import Observations

struct ImportBatch {
    private(set) var runs: [ImportedRun] = []
    private(set) var missing = 0
    private(set) var bytes = 0
    /// About as many bytes as the drafts' lines take.
    private(set) var lineBytes = 0

    /// What a batch may grow to; a run that is larger is one of its own.
    struct Limits: Sendable {
        var runs = 256
        var lineBytes = 8 << 20
    }

    var isEmpty: Bool { runs.isEmpty && missing == 0 }
    var drafts: [EventDraft] { runs.flatMap(\.drafts) }

    func isFull(_ limits: Limits) -> Bool { runs.count + missing >= limits.runs || lineBytes >= limits.lineBytes }

    /// Nil is a version without the file.
    mutating func take(_ run: ImportedRun?, size: Int) {
        bytes += size
        guard let run else { return missing += 1 }
        runs.append(run)
        lineBytes += run.lineBytes
    }
}

extension ImportReport {
    /// Counts what is on disk now.
    mutating func take(_ batch: ImportBatch) {
        for run in batch.runs {
            runs[run.outcome, default: 0] += 1
            events += run.drafts.count
            if run.outcome == .failed, firstFailure == nil {
                firstFailure = FailedVersion(time: run.time, error: run.error ?? "no reason on record")
            }
        }
        missing += batch.missing
        bytes += batch.bytes
        first = first ?? batch.runs.first?.time
        last = batch.runs.last?.time ?? last
    }
}
