// `daybook sessions show KEY`: one of them, all its fields.

import ArgumentParser
import EventLog
import Projections

struct CollectionShowCommand<Noun: CollectionNoun>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "show",
            abstract: "Show one \(Noun.singular), now or as it was.",
            discussion: """
                Examples:
                  daybook \(Noun.name) show \(Noun.exampleKey)
                  daybook \(Noun.name) show \(Noun.exampleKey) --as-of "2h ago"
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
            try ItemQuery($0).show(key.query, watch: key.watch, asOf: point)
        }
        guard !rows.isEmpty else { throw try key.notFound(asOf, in: opened, place) }
        for row in rows {
            if format.json {
                console.bytes(row.line + [0x0A])
            } else {
                try explain(row, on: console)
            }
        }
    }

    private func explain(_ row: ItemRow, on console: Console) throws {
        let state = Noun.state(of: row)
        console.line(
            "\(Tint.strong.applied(to: displayable(Noun.title(watch: row.watch, key: row.key)), on: console))  "
                + "\(state.tint.applied(to: state.text, on: console))  version \(row.version)")
        console.line("first seen \(EventText.clock(row.firstSeen)), changed \(EventText.clock(row.lastChanged)) UTC")
        try FieldText.show(row.fields, ofPage: !Noun.hasKeys, on: console)
    }
}
