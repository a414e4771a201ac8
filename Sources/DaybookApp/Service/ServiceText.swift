// What the service says of what happened, in its log and to those who handed a check over.

import EventLog
import Ingestors
import Logging
import Observations

enum ServiceText {
    static let otherConfiguration = Failure(
        .usage,
        "the running daybook works with another configuration; have it reread its file (kill -HUP, or systemctl reload) and check again"
    )

    /// For `systemctl status`.
    static func status(_ configuration: Configuration) -> String {
        "watching \(counted(configuration.watches.count, "thing")) of \(configuration.file)"
    }

    static func answer(_ watch: String, _ result: Result<RunReport, IngestError>) -> CheckAnswer {
        switch result {
        case .success(let report): .report(report)
        case .failure(let error): .trouble(Failure(explaining: error) ?? Failure(.world, error.description))
        }
    }

    /// Another process at the same watch, or a stop in the middle, is nothing to worry about.
    static func level(of error: IngestError) -> Logger.Level {
        switch error {
        case .busy, .cancelled: .notice
        case .log, .cache, .data, .history, .git: .error
        }
    }

    /// A run, with its numbers as metadata.
    static func log(_ report: RunReport, to logger: Logger) {
        let run = report.summary
        var metadata: Logger.Metadata = [
            "watch": "\(report.watch)", "run": "\(report.run)", "outcome": "\(report.outcome.rawValue)",
            "observed": .stringConvertible(run.observed), "changed": .stringConvertible(run.changed),
            "absent": .stringConvertible(run.absent), "requests": .stringConvertible(run.requests),
            "seconds": .stringConvertible(run.seconds),
        ]
        switch report.outcome {
        case .completed:
            let level: Logger.Level = run.changed + run.absent > 0 ? .notice : .info
            logger.log(level: level, "looked", metadata: metadata)
        case .suspect:
            metadata["suspicions"] = .array((run.suspicions ?? []).map { "\($0.rawValue)" })
            logger.warning("the run is suspect: \(RunText.doubts(run)); nobody is taken for gone", metadata: metadata)
        case .failed: logger.warning("the run failed: \(run.error ?? "no reason given")", metadata: metadata)
        }
    }
}
