// `daybook sessions list`: the table, now or as it was.

import ArgumentParser
import EventLog
import Extraction
import Ingestors
import Projections

struct CollectionListCommand<Noun: CollectionNoun>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "list",
            abstract: "List \(Noun.name).",
            discussion: """
                A field is one of the watch's own, a part of one (price.amount), or watch, key, version, state, firstSeen, \
                lastChanged, sequence; fields.NAME where a field of the watch is called like one of these.

                Examples:
                  daybook \(Noun.name) list
                  daybook \(Noun.name) list --state absent
                  daybook \(Noun.name) list --as-of 2026-11-01T00:00:00Z --json
                  daybook \(Noun.name) list --where \(Noun.exampleCondition) --sort lastChanged:desc --limit 20
                  daybook \(Noun.name) list --where '.version > 1' --columns \(Noun.exampleColumns) --csv
                """)
    }

    @Option(help: ArgumentHelp("Only those of this watch.", valueName: "name"))
    var watch: String?

    @OptionGroup var options: ListingOptions
    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var place: PlaceOptions

    func run() async throws {
        let console = Console.current
        let listing = try options.listing()
        let text = ItemListText(
            form: options.json ? .json : options.csv ? .csv : .table, columns: options.fields, console: console)
        let opened = try await Place.forAsking(place)
        let point = try asOf.resolved(in: opened.log)
        if text.form == .json, listing.isPlain, options.fields.isEmpty {
            let count = try stream(text, listing, opened, asOf: point)
            if count == 0 { try opened.refuseUnknown(watch, place) }
            return
        }
        let all = try opened.engine.read(Noun.name) { try ItemQuery($0).list(watch: watch, asOf: point) }
        if all.isEmpty { try opened.refuseUnknown(watch, place) }
        do {
            try UnknownField.check(listing.fields + options.fields, in: all, configured: configuredFields)
        } catch let error as UnknownField {
            throw Failure(.usage, error.sentence(Noun.singular))
        }
        let (rows, total) = try listing.applied(to: all)
        try show(rows, total: total, text)
        if total == 0 { for hint in try listing.hints(about: all) { console.error("daybook: \(hint)") } }
    }

    /// Row by row: a list of everything, however long, is never kept whole.
    private func stream(_ text: ItemListText, _ listing: ItemListing, _ opened: Place, asOf: AsOf) throws -> Int {
        var count = 0
        try opened.engine.read(Noun.name) { database in
            try ItemQuery(database).list(watch: watch, state: listing.state, asOf: asOf) { row in
                count += 1
                try text.printJSON(row)
            }
        }
        return count
    }

    private func show(_ rows: [ItemRow], total: Int, _ text: ItemListText) throws {
        switch text.form {
        case .json: try rows.forEach(text.printJSON)
        case .csv: try text.printCSV(rows)
        case .table:
            guard total > 0 else {
                let isFiltered = !options.conditions.isEmpty || options.state != nil
                let of = watch.map { " of \(displayable($0))" } ?? ""
                return text.console.line("No \(Noun.plural)\(of) \(isFiltered ? "match" : "are known")\(asOf.suffix).")
            }
            if text.columns.isEmpty {
                try text.printUsualTable(rows, of: Noun.self)
            } else {
                try text.printTable(rows)
            }
            let counts =
                rows.count < total
                ? "\(grouped(rows.count)) of \(counted(total, Noun.singular))" : counted(total, Noun.singular)
            text.console.line("\(counts)\(asOf.suffix)")
        }
    }

    /// What the watches of daybook.yaml read of an item, whether or not any has it now; none where the file cannot be read.
    private var configuredFields: [String] {
        guard let configuration = try? Configuration.load(place.config) else { return [] }
        return configuration.watches.flatMap { definition in
            if case .items(let rules) = definition.rules { rules.fieldNames } else { [String]() }
        }
    }
}
