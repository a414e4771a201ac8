// `daybook stock history KEY`: its availability and its price over time as a picture, and its versions.

import ArgumentParser
import EventLog
import Foundation
import Projections

struct StockHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Draw one item's availability and price over time, and show its versions, oldest first.",
        discussion: """
            The picture goes from the first look at the item to the last. Its line is the price, with the highest and the lowest \
            at its side; the band below says when the item was to be had. What could not be told is shown as that, and a price that was not \
            there as a gap. --svg writes it as an image for pages and reports, which follows their light or dark.

            Examples:
              daybook stock history \(StockNoun.exampleKey)
              daybook stock history \(StockNoun.exampleKey) --svg \(StockNoun.exampleKey).svg
              daybook stock history \(StockNoun.exampleKey) --json | jq .changes
            """)

    @OptionGroup var key: KeyOptions<StockNoun>

    @Option(help: ArgumentHelp("Write the picture to this file as SVG, instead of the terminal.", valueName: "file"))
    var svg: String?

    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() async throws {
        let console = Console.current
        let opened = try await Place.forAsking(place)
        let point = try asOf.resolved(in: opened.log)
        let items = try opened.engine.read(StockNoun.name) { database in
            let versions = try ItemQuery(database).history(key.query, watch: key.watch, asOf: point)
            return try ItemQuery(database).show(key.query, watch: key.watch, asOf: point).map { item in
                (
                    rows: versions.filter { $0.isOf(item) },
                    end: try StockQuery(database).knownUntil(item, asOf: point)
                )
            }
        }
        guard let first = items.first else { throw try key.notFound(asOf, in: opened, place) }
        if let svg {
            guard items.count == 1 else { throw ambiguous(items.map { $0.rows[0].watch }) }
            try write(StockTimeline(first.rows, until: first.end), to: svg, on: console)
            if !format.json { return }
        }
        for item in items {
            if !format.json { try draw(StockTimeline(item.rows, until: item.end), on: console) }
            try CollectionHistoryCommand<StockNoun>.show(item.rows, format, on: console)
        }
    }

    private func draw(_ timeline: StockTimeline?, on console: Console) throws {
        let width = console.isTerminal ? console.width : 80
        guard let timeline, let picture = TerminalPicture(timeline, width: width, isASCII: console.isASCII) else {
            return
        }
        for line in picture.lines { console.line(line.map { $0.tint.applied(to: $0.text, on: console) }.joined()) }
        console.line("")
    }

    private func write(_ timeline: StockTimeline?, to path: String, on console: Console) throws {
        guard let timeline else { return }
        do {
            try Data(StockPlot(timeline).svg.utf8).write(to: URL(filePath: path))
        } catch {
            throw Failure(.world, "cannot write \(path): its folder is not there, has no room, or this user may not")
        }
        if !format.json {
            console.line("Wrote a plot of \(displayable("\(timeline.watch)/\(timeline.key)")) to \(displayable(path)).")
        }
    }

    private func ambiguous(_ watches: [String]) -> Failure {
        Failure(
            .usage,
            "\"\(key.key)\" is in the watches \(watches.joined(separator: ", ")), and a file holds one picture; choose with --watch"
        )
    }
}

extension ItemVersionRow {
    fileprivate func isOf(_ item: ItemRow) -> Bool {
        watch.utf8.elementsEqual(item.watch.utf8) && key.utf8.elementsEqual(item.key.utf8)
    }
}
