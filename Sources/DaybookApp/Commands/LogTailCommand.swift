// `daybook log tail`: the newest events.

import ArgumentParser
import EventLog
import Projections

struct LogTailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Show the newest events, and with --follow those that come.",
        discussion: """
            Examples:
              daybook log tail
              daybook log tail -n 100 --json
              daybook log tail --follow
            """)

    @Option(name: [.customShort("n"), .customLong("count")], help: ArgumentHelp("How many.", valueName: "count"))
    var count: UInt64 = 20

    @Flag(name: [.short, .long], help: "Go on with events as they are appended, until interrupted.")
    var follow = false

    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func validate() throws {
        if follow && asOf.asOf != nil { throw ValidationError("--follow and --as-of do not go together.") }
    }

    func run() async throws {
        let console = Console.current
        let log = try Place.openLog(try Place.dataDirectory(place), create: false)
        var end = try log.end()
        let point = try asOf.resolved(in: log)
        let first = try newest(as: point, before: end, of: log)
        try show(from: first, to: end, asOf: point, of: log, on: console)
        while follow, console.lost == nil {
            console.flush()
            let next = try await log.waitForEnd(beyond: end)
            try show(from: end, to: next, asOf: .now, of: log, on: console)
            end = next
        }
    }

    /// The first of the `count` newest events as of that moment. Where it is a time, all events have to be looked at: an
    /// import puts old ones at the log's end.
    private func newest(as point: AsOf, before end: UInt64, of log: EventLog) throws -> UInt64 {
        switch point {
        case .now: return end > count ? end - count : 0
        case .sequence(let last):
            let beyond = last < end ? last + 1 : end
            return beyond > count ? beyond - count : 0
        case .observed:
            var found: [UInt64] = []
            try log.forEachBatch(from: 0, to: end) { batch in
                batch.forEach {
                    if point.covers(sequence: $0.sequence, observed: $0.observed) { found.append($0.sequence) }
                }
                if found.count > 1 << 16, found.count / 2 > count { found.removeFirst(found.count - Int(count)) }
                return true
            }
            return found.suffix(Int(clamping: count)).first ?? end
        }
    }

    private func show(
        from first: UInt64, to end: UInt64, asOf point: AsOf, of log: EventLog, on console: Console
    ) throws {
        guard first < end else { return }
        try log.forEachBatch(from: first, to: end) { batch in
            batch.forEach { event in
                guard event.sequence >= first, event.sequence < end,
                    point.covers(sequence: event.sequence, observed: event.observed)
                else { return }
                if format.json {
                    console.bytes(Array(event.line.raw) + [0x0A])
                } else {
                    console.line(EventText.line(event.owned(), console))
                }
            }
            return true
        }
    }
}
