// `daybook alarms …`: what must not happen unnoticed, and what became of it.

import ArgumentParser
import CanonicalJSON
import EventLog
import Observations
import Projections
import Reactors

struct AlarmsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alarms",
        abstract: "Ask how alarms stand and what became of them, and silence one for a while.",
        discussion: """
            Examples:
              daybook alarms list
              daybook alarms history --as-of "1 day ago"
              daybook alarms silence reinvent-errors --for 2h --reason "the catalogue is being moved"
            """,
        subcommands: [AlarmsListCommand.self, AlarmsHistoryCommand.self, AlarmsSilenceCommand.self])
}

struct AlarmsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List alarms and the state that each is in.",
        discussion: """
            Those in ALARM come first. The alarm that each watch has by itself (failing:WATCH) is listed once it has been raised.

            Examples:
              daybook alarms list
              daybook alarms list --json | jq 'select(.state == "ALARM")'
            """)

    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() async throws {
        let console = Console.current
        let opened = try await Place.forAsking(place)
        let point = try asOf.resolved(in: opened.log)
        // Without a configuration one may still ask of any data.
        let configured = (try? Configuration.load(place.config))?.alarms
        let rows = try AlarmListing.rows(opened.engine, configured: configured, asOf: point)
        if format.json {
            for row in rows { console.line(row.json.canonicalText) }
            return
        }
        guard !rows.isEmpty else { return console.line("No alarms\(asOf.suffix).") }
        var table = Table("alarm", "state", "since", "why")
        for row in rows {
            let name = Cell(row.alarm, row.isConfigured ? .strong : .faint)
            table.add(
                name, Cell(row.state, row.tint), Cell(row.since.map(EventText.clock) ?? "", .faint),
                Cell(row.explanation))
        }
        table.print(to: console)
    }
}

struct AlarmsHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show every change of an alarm's state, or of all alarms', oldest first.",
        discussion: """
            Examples:
              daybook alarms history
              daybook alarms history reinvent-errors --json
            """)

    @Argument(help: "The alarm; all when none is named.")
    var name: String?

    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() async throws {
        let console = Console.current
        let opened = try await Place.forAsking(place)
        let point = try asOf.resolved(in: opened.log)
        let rows = try opened.engine.read(Alarms().name) { try AlarmQuery($0).history(name, asOf: point) }
        guard !rows.isEmpty || name == nil else {
            throw Failure(.no, "alarm \(name ?? "") has no history\(asOf.suffix); see daybook alarms list")
        }
        if format.json {
            for row in rows { console.line(JSON.object(row.json).canonicalText) }
            return
        }
        guard !rows.isEmpty else { return console.line("No alarm has changed\(asOf.suffix).") }
        var table = Table("time", "alarm", "state", "why")
        for row in rows {
            let silenced = row.silence.map { " (silenced by \($0.by): \($0.reason))" } ?? ""
            table.add(
                Cell(EventText.clock(row.time), .faint), Cell(row.alarm, .strong),
                Cell(row.state, AlarmListing.tint(row.state)), Cell(row.reason + silenced))
        }
        table.print(to: console)
    }
}

struct AlarmsSilenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silence",
        abstract: "Have an alarm tell nobody for a while; what it comes to is still recorded.",
        discussion: """
            What the alarm comes to meanwhile is held. When the silence ends, how the alarm stands is told, unless that is as before.
            A further silence takes the place of the one in force; --for 0s ends it.

            Examples:
              daybook alarms silence reinvent-errors --for 2h --reason "the catalogue is being moved"
              daybook alarms silence reinvent-errors --for 0s --reason "it is moved"
            """)

    @Argument(help: "The alarm.")
    var name: String

    @Option(name: .customLong("for"), help: ArgumentHelp("For how long.", valueName: "duration"))
    var length: String

    @Option(help: ArgumentHelp("Why, for those who wonder.", valueName: "text"))
    var reason: String

    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() async throws {
        guard let length = DurationText.parse(length) else {
            throw Failure(.usage, "--for: \"\(length)\" is not a duration; write 30m, 2h or 1d")
        }
        let console = Console.current
        let configuration = try Place.configuration(place)
        let known = configuration.alarms.map(\.rule.name)
        guard known.contains(name) else {
            let nearest = NearestName.of(name, in: known).map { "did you mean \"\($0)\"?" } ?? "see daybook alarms list"
            throw Failure(.no, "there is no alarm \"\(name)\"; \(nearest)")
        }
        let log = try Place.openLog(configuration.dataDirectory, create: true)
        defer { log.close() }
        let now = Timestamp.now()
        let silence = AlarmSilenced(
            until: now.adding(seconds: length.inSeconds).description, reason: reason, by: accountName())
        try await log.append([
            EventDraft(
                type: AlarmSilenced.type, source: "/cli/\(accountName())", subject: name,
                id: EventID(run: RunID.make(at: now), number: 1), time: now, data: try silence.json())
        ])
        if format.json {
            var row = JSONObject([("alarm", .string(name))])
            for member in try silence.json().objectValue?.members ?? [] { row[member.key] = member.value }
            return console.line(JSON.object(row).canonicalText)
        }
        console.line(
            length == .zero
                ? "\(name) tells again." : "\(name) tells nobody until \(silence.until): \(displayable(reason))")
    }
}
