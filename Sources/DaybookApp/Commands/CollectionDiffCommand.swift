// `daybook sessions diff KEY [FROM TO]`: what differs between two versions.

import ArgumentParser
import EventLog
import Projections

struct CollectionDiffCommand<Noun: CollectionNoun>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "diff",
            abstract: "Show what differs between two versions of one \(Noun.singular).",
            discussion: """
                Without numbers, the newest version and the one before it.

                Examples:
                  daybook \(Noun.name) diff \(Noun.exampleKey)
                  daybook \(Noun.name) diff \(Noun.exampleKey) 1 4
                """)
    }

    @OptionGroup var key: KeyOptions<Noun>

    @Argument(help: "The older version.")
    var from: Int?

    @Argument(help: "The newer version; the newest one without.")
    var to: Int?

    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() async throws {
        let console = Console.current
        let opened = try await Place.forAsking(place)
        let point = try asOf.resolved(in: opened.log)
        let rows = try opened.engine.read(Noun.name) {
            try ItemQuery($0).diff(key.query, watch: key.watch, from: from, to: to, asOf: point)
        }
        guard !rows.isEmpty else {
            throw from == nil
                ? key.notFound(asOf)
                : Failure(
                    .no,
                    "\(Noun.singular) \"\(key.key)\" has no such version; see daybook \(Noun.name) history \(key.key)")
        }
        for row in rows {
            if format.json {
                console.bytes(row.line + [0x0A])
                continue
            }
            console.line(
                "\(Tint.strong.applied(to: displayable(Noun.title(watch: row.watch, key: row.key)), on: console))  "
                    + "version \(row.from) (\(row.fromState.rawValue)) to \(row.to) (\(row.toState.rawValue))")
            if row.changes.elementsEqual("[]".utf8) { console.line("  nothing differs") }
            try FieldText.showChanges(row.changes, limits: DiffLimits(), more: "", on: console)
        }
    }
}
