// `daybook sessions history KEY`: its versions, and what changed in each.

import ArgumentParser
import EventLog
import Projections

struct CollectionHistoryCommand<Noun: CollectionNoun>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "history",
            abstract: "Show the versions of one \(Noun.singular), oldest first, and what changed in each.",
            discussion: """
                Examples:
                  daybook \(Noun.name) history \(Noun.exampleKey)
                  daybook \(Noun.name) history \(Noun.exampleKey) --json | jq .changes
                """)
    }

    @OptionGroup var key: KeyOptions<Noun>
    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() async throws {
        let console = Console.current
        let opened = try await Place.forAsking(place)
        let point = try asOf.resolved(in: opened.log)
        let rows = try opened.engine.read(Noun.name) {
            try ItemQuery($0).history(key.query, watch: key.watch, asOf: point)
        }
        guard !rows.isEmpty else { throw try key.notFound(asOf, in: opened, place) }
        try Self.show(rows, format, on: console)
    }

    static func show(_ rows: [ItemVersionRow], _ format: FormatOptions, on console: Console) throws {
        for row in rows {
            if format.json {
                console.bytes(row.line + [0x0A])
            } else {
                try explain(row, on: console)
            }
        }
    }

    /// What a version shows of a text; `diff` shows all.
    private static var limits: DiffLimits { DiffLimits(context: 2, changedLines: 40) }

    private static func explain(_ row: ItemVersionRow, on console: Console) throws {
        let gone = row.state == .absent ? "  " + Tint.bad.applied(to: "gone", on: console) : ""
        console.line(
            "\(Tint.strong.applied(to: "version \(row.version)", on: console))  \(displayable(row.watch))  "
                + "\(EventText.clock(row.since))  event \(row.sequence)\(gone)")
        let title = Noun.title(watch: row.watch, key: row.key)
        try FieldText.showChanges(
            row.changes, ofPage: !Noun.hasKeys, limits: limits,
            more: "daybook \(Noun.name) diff \(displayable(title)) \(row.version - 1) \(row.version)", on: console)
    }
}
