// `daybook check`: look once, now, and react.

import ArgumentParser
import CanonicalJSON
import EventLog
import Ingestors
import Observations
import Reactors

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look once, now, and announce what changed.",
        discussion: """
            Returns when everything due has been delivered or given up, or after --wait; what is left is tried again by the \
            next check. Exit code 3 when a watch could not be looked at; its state stays as it was.

            Examples:
              daybook check
              daybook check reinvent --json
              daybook check --wait 5m
            """)

    @Argument(help: "Which watches; all when none is named.")
    var watches: [String] = []

    @Option(help: ArgumentHelp("How long to wait for deliveries.", valueName: "duration"))
    var wait = "30s"

    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() async throws {
        guard let wait = DurationText.parse(wait) else {
            throw Failure(.usage, "--wait: \"\(wait)\" is not a duration; write 30s, 5m or 1h30m")
        }
        let console = Console.current
        let configuration = try Place.configuration(place)
        let chosen = try configuration.chosen(watches)
        let lookout = try await Lookout(
            configuration, place: Place.open(configuration.dataDirectory, create: true),
            tell: format.json ? console.tellingOnErrors : console.telling)
        defer { lookout.close() }
        var reports: [RunReport] = []
        var refused: [IngestError] = []
        let progress = Progress("Looking", unit: "pages")
        progress.update(0, of: 0)
        await lookout.look(at: chosen, progress: progress.update) { outcome in
            progress.finish()
            switch outcome {
            case .failure(let error): refused.append(error)
            case .success(let report):
                reports.append(report)
                console.line(format.json ? report.json.canonicalText : RunText.line(report, console))
            }
            console.flush()
        }
        progress.finish()
        let deliveries = try await lookout.react(wait: wait)
        if !format.json {
            if let text = RunText.deliveries(deliveries) { console.line(text) }
            if deliveries.waiting > 0 { try RunText.waiting(Deliveries(log: lookout.log)).forEach(console.line) }
        }
        for error in refused.dropFirst() { console.error("daybook: \(error)") }
        if let error = refused.first { throw error }
        if reports.contains(where: { $0.outcome == .failed }) { throw Failure(.world) }
    }
}
