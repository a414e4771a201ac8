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
            for each watch, or --problems, which has one for whatever needs a look and ends with 1 where there is any.

            Examples:
              daybook status
              daybook status --json | jq 'select(.failuresInARow > 0)'
              daybook status --problems >/tmp/problems || mail -s "Daybook" me </tmp/problems
              daybook status --as-of "1d ago"
            """)

    @Flag(help: "Only what needs a look; exit code 1 where something does.")
    var problems = false

    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() async throws {
        let console = Console.current
        let opened = try await opened()
        let report = try await report(opened)
        switch (problems, format.json) {
        case (false, false): StatusText.print(report, to: console)
        case (false, true): for row in report.watches { console.line(row.json.canonicalText) }
        case (true, false): StatusText.problems(report, to: console)
        case (true, true): for problem in report.problems { console.line(problem.json.canonicalText) }
        }
        if problems, !report.problems.isEmpty { throw Failure(.no) }
    }

    private func report(_ opened: Place) async throws -> StatusReport {
        let point = asOf.asOf == nil ? nil : try asOf.resolved(in: opened.log)
        let (configuration, state) = configuration(in: opened)
        let client = HandOverClient(dataDirectory: opened.log.dataDirectory)
        let process = point == nil ? client.holder : nil
        let service = process == nil ? nil : try await client.state()
        return try StatusReport(
            of: opened, configuration: configuration, state: state,
            // One that has gone meanwhile is none that does not answer.
            process: service == nil ? client.holder : process, service: service, asOf: point,
            now: now(at: point ?? .now))
    }

    /// Where the file is missing and a daybook runs on the data folder that it has without saying so, that one is asked about.
    private func opened() async throws -> Place {
        do { return try await Place.forAsking(place) } catch ConfigurationError.missing(let file) {
            let data = Configuration.standardDataDirectory(beside: place.config)
            guard holder(of: data) != nil else { throw ConfigurationError.missing(file: file) }
            var options = place
            options.data = data
            return try await Place.forAsking(options)
        }
    }

    private func holder(of data: String) -> Int? { HandOverClient(dataDirectory: data).holder }

    /// The configuration, and whether it is the one in force. Where there is no file and nothing runs by one there is nothing wrong: one
    /// may ask of any data.
    private func configuration(in opened: Place) -> (Configuration?, StatusReport.ConfigurationState) {
        do {
            let configuration = try Place.configuration(place)
            return (configuration, try ConfigurationRecord.state(of: configuration, in: opened.log))
        } catch ConfigurationError.missing where holder(of: opened.log.dataDirectory) == nil {
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
