// `daybook status`: is all well, at a glance.

import ArgumentParser
import CanonicalJSON
import EventLog
import Ingestors
import Projections
import Reactors

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say whether all is well: looks, what keeps watch, what is behind or stuck.",
        discussion: """
            What needs a look comes first, worst on top. Exit code 0 whatever it shows; scripts read --json, which has a line \
            for each watch.

            Examples:
              daybook status
              daybook status --json | jq 'select(.failuresInARow > 0)'
              daybook status --as-of "1d ago"
            """)

    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() async throws {
        let console = Console.current
        let opened = try await Place.forAsking(place)
        let report = try report(opened)
        if format.json {
            for row in report.watches { console.line(row.json.canonicalText) }
        } else {
            StatusText.print(report, to: console)
        }
    }

    private func report(_ opened: Place) throws -> StatusReport {
        let point = try asOf.resolved(in: opened.log)
        let known = try opened.engine.read("runs") { try RunQuery($0).watches(asOf: point) }
        let (configuration, state) = configuration(in: opened)
        var report = StatusReport(configuration: state, now: now(at: point))
        // What keeps watch, what is due and what waits is asked of the present only.
        let isNow = asOf.asOf == nil
        if isNow {
            report.process = HandOverClient(dataDirectory: opened.log.dataDirectory).holder
            report.projections = try opened.engine.status()
            report.routes = try Deliveries(log: opened.log).routes(
                opened.engine, projections: Place.allProjections.map(\.name))
            report.isScheduled =
                configuration?.watches.contains { configuration?.schedule(of: $0.name) != nil } ?? false
        }
        let (now, isWatched) = (report.now, report.process != nil)
        report.watches = StatusRow.all(
            known: known,
            configured: configuration.map { configuration in
                configuration.watches.map { watch in
                    StatusRow.Configured(name: watch.name, kind: watch.kind.name) { lastRun in
                        guard isWatched, let schedule = configuration.schedule(of: watch.name) else { return nil }
                        return lastRun.map { schedule.next(after: min($0, now), for: watch.name) } ?? now
                    }
                }
            })
        return report
    }

    /// The configuration, and whether it is the one in force. Where there is no file there is nothing wrong: one may ask of any data.
    private func configuration(in opened: Place) -> (Configuration?, StatusReport.ConfigurationState) {
        do {
            let configuration = try Place.configuration(place)
            let isInForce = try ConfigurationRecord.isInForce(configuration, in: opened.log)
            return (configuration, isInForce ? .inForce : .notTakenUp)
        } catch ConfigurationError.missing {
            return (nil, .inForce)
        } catch {
            let sentences = (Failure(explaining: error)?.sentence ?? "\(error)").split(separator: "\n")
            let further = sentences.count > 1 ? " (and \(sentences.count - 1) more: daybook config check)" : ""
            return (nil, .wrong((sentences.first.map(String.init) ?? "") + further))
        }
    }

    /// The moment that is asked about, where it is one; a sequence is not.
    private func now(at point: AsOf) -> Timestamp {
        switch point {
        case .observed(let time): min(time, .now())
        default: .now()
        }
    }
}
