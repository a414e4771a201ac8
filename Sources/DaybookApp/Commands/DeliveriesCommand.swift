// `daybook deliveries …`: what was told to whom, and what could not be.

import ArgumentParser
import CanonicalJSON
import EventLog
import Observations
import Reactors

struct DeliveriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliveries",
        abstract: "Ask what was told to whom, and send again what was given up.",
        discussion: """
            Examples:
              daybook deliveries list --state parked
              daybook deliveries show ID
              daybook deliveries retry ID
            """,
        subcommands: [DeliveriesListCommand.self, DeliveriesShowCommand.self, DeliveriesRetryCommand.self])
}

struct DeliveriesListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List deliveries in the order of the changes that they tell of.",
        discussion: """
            Examples:
              daybook deliveries list
              daybook deliveries list --state parked --json
              daybook deliveries list --state held          what is held back for now, or was, and why
              daybook deliveries list --reactor announce --as-of "1 day ago"
            """)

    @Option(help: "Only those in this state.")
    var state: DeliveryState?

    @Option(help: ArgumentHelp("Only those of this reactor.", valueName: "name"))
    var reactor: String?

    @Option(help: ArgumentHelp("Only those through this channel.", valueName: "name"))
    var channel: String?

    @Option(
        name: [.customShort("n"), .customLong("count")], help: ArgumentHelp("The newest so many.", valueName: "count"))
    var count: Int?

    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        let console = Console.current
        let log = try Place.openLog(try Place.dataDirectory(place), create: false)
        let rows = try Deliveries(log: log, asOf: try asOf.resolved(in: log))
            .list(state: state, reactor: reactor, channel: channel, limit: count)
        if format.json {
            for row in rows { console.line(row.json.canonicalText) }
            return
        }
        guard !rows.isEmpty else { return console.line("No deliveries\(asOf.suffix).") }
        DeliveryText.list(rows, on: console)
    }
}

struct DeliveriesShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one delivery: each try, and the message as it was sent.",
        discussion: """
            Examples:
              daybook deliveries show ID
              daybook deliveries show ID --json | jq .tries
              daybook deliveries show ID --as-of "2h ago"
            """)

    @Argument(help: "The delivery's id or the beginning of it, or the id that its receiver saw (webhook-id).")
    var id: String

    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        let console = Console.current
        let log = try Place.openLog(try Place.dataDirectory(place), create: false)
        for detail in try Deliveries(log: log, asOf: try asOf.resolved(in: log)).show(id) {
            if format.json {
                console.line(detail.json.canonicalText)
            } else {
                explain(detail, on: console)
            }
        }
    }

    private func explain(_ detail: DeliveryDetail, on console: Console) {
        let delivery = detail.delivery
        let change = delivery.notification.change
        console.line(
            "\(Tint.strong.applied(to: delivery.id, on: console))  "
                + delivery.state.tint.applied(to: delivery.state.rawValue, on: console))
        console.line(
            "\(displayable("\(change.kind) \(change.subject)")), told by \(delivery.notification.reactor) through \(delivery.notification.channel)"
        )
        for record in detail.records {
            let error = record.data["error"]?.stringValue.map { ": \($0)" } ?? ""
            console.line("  \(EventText.clock(record.time))  \(record.type)\(displayable(error))")
        }
        if let note = DeliveryText.note(delivery) { console.line("  \(note)") }
        for (id, change) in detail.changes.prefix(DeliveryText.changesMax) {
            console.line(
                "  \(Tint.faint.applied(to: id, on: console))  \(displayable("\(change.kind) \(change.subject)"))")
        }
        if detail.changes.count > DeliveryText.changesMax {
            console.line("  … and \(detail.changes.count - DeliveryText.changesMax) more (--json has all of them)")
        }
        guard let message = detail.readableMessage else { return }
        console.line("")
        for line in String(decoding: message, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false) {
            console.line(displayable(String(line)))
        }
    }
}

struct DeliveriesRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Send again what was given up, under the same id, saying that it is late.",
        discussion: """
            The daybook that runs sends it, or the next check.

            Examples:
              daybook deliveries retry ID
              daybook deliveries retry --all
            """)

    @Argument(help: "The delivery's id, or the beginning of it.")
    var id: String?

    @Flag(help: "All that were given up.")
    var all = false

    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func validate() throws {
        if (id == nil) != all { throw ValidationError("Give a delivery's id, or --all.") }
    }

    func run() async throws {
        let console = Console.current
        let log = try Place.openLog(try Place.dataDirectory(place), create: false)
        defer { log.close() }
        let deliveries = try Deliveries(log: log)
        let ids = try id.map { [$0] } ?? deliveries.list(state: .parked).map(\.id)
        guard !ids.isEmpty else { throw Failure(.no, "nothing was given up; there is nothing to retry") }
        let process = HandOverClient(dataDirectory: log.dataDirectory).holder
        let sender = process.map { "the running daybook (process \($0))" } ?? "the next check"
        for id in ids {
            for row in try await deliveries.retry(id, source: "/cli/\(accountName())") {
                console.line(format.json ? row.json.canonicalText : "\(row.id) will be sent by \(sender).")
            }
        }
    }
}

extension DeliveryState: ExpressibleByArgument {
    var tint: Tint {
        switch self {
        case .delivered: .good
        case .parked: .bad
        default: .warning
        }
    }
}
