// What the service says of what happened, in its log and to those who handed a check over.

import EventLog
import Glibc
import Ingestors
import Logging
import Observations

enum ServiceText {
    static var otherConfiguration: Failure {
        Failure(
            .usage,
            "the running daybook works with another configuration; have it reread its file (kill -HUP \(getpid()), or systemctl reload) and check again; daybook status says where only a restart helps"
        )
    }

    /// The looks of a check are on record, but the running daybook could not tell anybody within the time it was given.
    static func untold(again seconds: Double?) -> Failure {
        let next = seconds.map { " and tries again in \(counted(max(1, Int($0.rounded(.up))), "second"))" } ?? ""
        return Failure(
            .world,
            "what was seen is on record, but nobody could be told of it within that time: the running daybook does not get to tell anything now (its log says why)\(next)"
        )
    }

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
        if run.suspicions != nil { metadata["suspicions"] = .array((run.suspicions ?? []).map { "\($0.rawValue)" }) }
        metadata["error"] = run.error.map { "\(displayable($0))" }
        // Once is enough: the looks that follow would say the same.
        let isNamed = report.hasNewRules && !report.emptyFields.isEmpty
        let isNews = run.changed + run.absent > 0 || isNamed
        let level: Logger.Level = report.outcome != .completed ? .warning : isNews ? .info : .debug
        logger.log(level: level, "\(RunText.line(report, naming: isNamed, plain))", metadata: metadata)
    }

    /// A console without colours, for texts that go elsewhere.
    private static let plain = Console(output: { _ in }, errors: { _ in })
}
