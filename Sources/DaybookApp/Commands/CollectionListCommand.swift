// `daybook sessions list`: the table, now or as it was.

import ArgumentParser
import EventLog
import Projections

struct CollectionListCommand<Noun: CollectionNoun>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "list",
            abstract: "List \(Noun.name).",
            discussion: """
                Examples:
                  daybook \(Noun.name) list
                  daybook \(Noun.name) list --state absent
                  daybook \(Noun.name) list --as-of 2026-11-01T00:00:00Z --json
                """)
    }

    @Option(help: ArgumentHelp("Only those of this watch.", valueName: "name"))
    var watch: String?

    @Option(help: "Only those that are present, or absent. Tables show the present ones unless told otherwise.")
    var state: ItemState?

    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() async throws {
        let console = Console.current
        let opened = try await Place.forAsking(place)
        let point = try asOf.resolved(in: opened.log)
        var table = Table("watch", "key", "version", "changed", Noun.singular)
        var count = 0
        try opened.engine.read(Noun.name) { database in
            let wanted = state ?? (format.json ? nil : .present)
            try ItemQuery(database).list(watch: watch, state: wanted, asOf: point) { row in
                count += 1
                if format.json {
                    console.bytes(row.line + [0x0A])
                } else {
                    table.add(
                        Cell(row.watch, .faint), Cell(row.key, .strong), Cell(row.version),
                        Cell(EventText.clock(row.lastChanged), .faint), Cell(try FieldText.summary(row.fields)))
                }
            }
        }
        if format.json { return }
        guard count > 0 else {
            return console.line("No \(Noun.name)\(watch.map { " of \($0)" } ?? "") are known\(asOf.suffix).")
        }
        (Noun.hasKeys ? table : table.without("key")).print(to: console)
        console.line("\(counted(count, Noun.singular))\(asOf.suffix)")
    }
}

extension ItemState: ExpressibleByArgument {}
