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
                  daybook \(Noun.name) show reinvent/\(Noun.exampleKey) --as-of "2h ago"
                """)
    }

    @OptionGroup var key: KeyOptions
    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() async throws {
        let console = Console.current
        let opened = try await Place.forAsking(place)
        let point = try asOf.resolved(in: opened.log)
        let rows = try opened.engine.read(Noun.name) {
            try ItemQuery($0).show(key.key, watch: key.watch, asOf: point)
        }
        guard !rows.isEmpty else { throw key.notFound(Noun.self, asOf) }
        for row in rows {
            if format.json {
                console.bytes(row.line + [0x0A])
            } else {
                try explain(row, on: console)
            }
        }
    }

    private func explain(_ row: ItemRow, on console: Console) throws {
        let state = row.state == .present ? Tint.good : .bad
        console.line(
            "\(Tint.strong.applied(to: displayable("\(row.watch)/\(row.key)"), on: console))  "
                + "\(state.applied(to: row.state.rawValue, on: console))  version \(row.version)")
        console.line("first seen \(EventText.clock(row.firstSeen)), changed \(EventText.clock(row.lastChanged)) UTC")
        for (name, value) in try FieldText.members(row.fields) {
            console.line("  \(padded(displayable(name), to: 12))  \(displayable(value))")
        }
    }
}
