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
        var left = try configuration.chosen(watches)
        var outcome = CheckOutcome(console: console, isJSON: format.json)
        let waitSeconds = wait / .seconds(1)
        if try await handOver(left.map(\.name), waitSeconds, configuration, &outcome) { return try outcome.end() }
        // Where the service went away in the middle, what it has looked at need not be looked at again.
        left.removeAll { outcome.names.contains($0.name) }
        try await lookHere(at: left, wait, configuration, &outcome)
        try outcome.end()
    }

    /// - Returns: false where nobody runs on this data, or it went away in the middle.
    private func handOver(
        _ names: [String], _ waitSeconds: Double, _ configuration: Configuration, _ outcome: inout CheckOutcome
    ) async throws -> Bool {
        let client = HandOverClient(dataDirectory: configuration.dataDirectory)
        guard let process = client.holder else { return false }
        outcome.console.error("daybook: process \(process) keeps watch here and does the looking and telling")
        let request = CheckRequest(
            watches: names, waitSeconds: waitSeconds, configuration: .sha256(configuration.normalised))
        var outcomes = outcome
        defer { outcome = outcomes }
        let isDone = try await client.check(request) { outcomes.take($0) }
        if !isDone { outcome.console.error("daybook: process \(process) went away; looking here") }
        return isDone
    }

    private func lookHere(
        at watches: [WatchDefinition], _ wait: Duration, _ configuration: Configuration, _ outcome: inout CheckOutcome
    ) async throws {
        let console = outcome.console
        let lookout = try await Lookout(
            configuration, place: Place.open(configuration.dataDirectory, create: true),
            tell: format.json ? console.tellingOnErrors : console.telling)
        defer { lookout.close() }
        try await lookout.dispatcher.start()
        let progress = Progress("Looking", unit: "pages")
        progress.update(0, of: 0)
        await lookout.look(at: watches, progress: progress.update) { result in
            progress.finish()
            switch result {
            case .success(let report): outcome.take(.report(report))
            case .failure(let error): outcome.take(.trouble(Failure(explaining: error) ?? Failure(.world, "\(error)")))
            }
        }
        progress.finish()
        outcome.take(.done(try await lookout.react(wait: wait)))
        outcome.waiting = try RunText.waiting(Deliveries(log: lookout.log))
    }
}

/// What a check came to, told as it comes.
struct CheckOutcome {
    let console: Console
    let isJSON: Bool
    /// The watches that were looked at.
    private(set) var names: Set<String> = []
    /// Who could not be told yet, a line each.
    var waiting: [String] = []
    private var deliveries = DispatchReport()
    private var troubles: [Failure] = []
    private var hasFailed = false

    init(console: Console, isJSON: Bool) {
        self.console = console
        self.isJSON = isJSON
    }

    mutating func take(_ answer: CheckAnswer) {
        switch answer {
        case .report(let report):
            names.insert(report.watch)
            hasFailed = hasFailed || report.outcome == .failed
            console.line(isJSON ? report.json.canonicalText : RunText.line(report, console))
            console.flush()
        case .trouble(let failure), .refused(let failure): troubles.append(failure)
        case .done(let report): deliveries = report
        case .waiting: break
        }
    }

    /// Says what became of notifications, and ends the command as its looks did.
    func end() throws {
        if !isJSON {
            if let text = RunText.deliveries(deliveries) { console.line(text) }
            if deliveries.waiting > 0 { waiting.forEach(console.line) }
        }
        for failure in troubles.dropFirst() { console.error("daybook: \(failure.sentence)") }
        if let failure = troubles.first { throw failure }
        if hasFailed { throw Failure(.world) }
    }
}
