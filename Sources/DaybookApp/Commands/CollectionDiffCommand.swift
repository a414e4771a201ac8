// `daybook sessions diff`: what differs between two versions of one of them, or between two moments.

import ArgumentParser
import EventLog
import Projections

struct CollectionDiffCommand<Noun: CollectionNoun>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "diff",
            abstract: "Show what differs between two versions of one \(Noun.singular), or between two moments.",
            discussion: """
                With a key, the newest version and the one before it, or the two that are named. With --from, everything that is \
                not at --to (now, unless it says otherwise) what it was at --from: what came, went, and changed. What changed and \
                changed back does not differ.

                Examples:
                  daybook \(Noun.name) diff \(Noun.exampleKey)
                  daybook \(Noun.name) diff \(Noun.exampleKey) 1 4
                  daybook \(Noun.name) diff --from "1d ago"
                  daybook \(Noun.name) diff --from 2026-11-01 --to 2026-11-08 --watch \(Noun.exampleWatch) --json
                """)
    }

    @Argument(help: ArgumentHelp(Noun.keyHelp + " All of them, with --from."))
    var key: String?

    @Argument(help: "The older version.")
    var old: Int?

    @Argument(help: "The newer version; the newest one without.")
    var new: Int?

    @Option(help: ArgumentHelp("From how it was then: a point, as for --as-of.", valueName: "point"))
    var from: String?

    @Option(help: ArgumentHelp("To how it was then; to now without.", valueName: "point"))
    var to: String?

    @Option(help: ArgumentHelp("Only those of this watch.", valueName: "name"))
    var watch: String?

    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func validate() throws {
        guard key != nil || from != nil else {
            throw ValidationError("Give a key, or --from and a point for all that has changed since.")
        }
        if from == nil, to != nil { throw ValidationError("--to goes with --from.") }
        if from != nil, old != nil { throw ValidationError("Give versions, or --from and --to.") }
        if from != nil, asOf.asOf != nil { throw ValidationError("--from goes with --to, not with --as-of.") }
    }

    func run() async throws {
        let opened = try await Place.forAsking(place)
        if let from { return try showMoments(from, opened) }
        let point = try asOf.resolved(in: opened.log)
        let key = KeyOptions<Noun>(key: key ?? "", watch: watch)
        let rows = try opened.engine.read(Noun.name) {
            try ItemQuery($0).diff(key.query, watch: watch, from: old, to: new, asOf: point)
        }
        guard !rows.isEmpty else {
            throw old == nil
                ? try key.notFound(asOf, in: opened, place)
                : Failure(
                    .no,
                    "\(Noun.singular) \"\(key.key)\" has no such version; see daybook \(Noun.name) history \(key.key)")
        }
        for row in rows { try show(row, on: Console.current) }
    }

    private func show(_ row: ItemDiffRow, on console: Console) throws {
        if format.json { return console.bytes(row.line + [0x0A]) }
        console.line(
            "\(Tint.strong.applied(to: displayable(Noun.title(watch: row.watch, key: row.key)), on: console))  "
                + "version \(row.from) (\(row.fromState.rawValue)) to \(row.to) (\(row.toState.rawValue))")
        if row.changes.elementsEqual("[]".utf8) { console.line("  nothing differs") }
        try FieldText.showChanges(
            row.changes, ofPage: !Noun.hasKeys, limits: DiffLimits(), more: "", on: console)
    }

    private func showMoments(_ from: String, _ opened: Place) throws {
        let console = Console.current
        let start = try Point(from, for: "--from").resolved(in: opened.log)
        let end = try to.map { try Point($0, for: "--to").resolved(in: opened.log) } ?? .now
        var counts: [ItemDifference.Kind: Int] = [:]
        try opened.engine.read(Noun.name) { database in
            try ItemQuery(database).differences(watch: watch, key: key.map(Noun.queryKey), from: start, to: end) {
                row in
                counts[row.kind, default: 0] += 1
                if format.json { return console.bytes(row.line + [0x0A]) }
                try DifferenceText.show(
                    row, title: Noun.title(watch: row.watch, key: row.key), ofPage: !Noun.hasKeys, on: console)
            }
        }
        if counts.isEmpty { try refuseUnknown(in: opened) }
        if !format.json { console.line(DifferenceText.summary(counts, from: from, to: to)) }
    }

    /// A key or a watch with a slip in it must not read as though nothing had changed.
    private func refuseUnknown(in opened: Place) throws {
        try opened.refuseUnknown(watch, place)
        guard let key else { return }
        let options = KeyOptions<Noun>(key: key, watch: watch)
        let known = try opened.engine.read(Noun.name) { try ItemQuery($0).show(options.query, watch: watch) }
        if known.isEmpty { throw try options.notFound(asOf, in: opened, place) }
    }
}
