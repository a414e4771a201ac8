// `daybook log tail`: the newest events.

import ArgumentParser
import EventLog

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
        if let point = try asOf.point() { end = try point.end(in: log) }
        try show(from: end > count ? end - count : 0, to: end, of: log, on: console)
        while follow {
            console.flush()
            let next = try await log.waitForEnd(beyond: end)
            try show(from: end, to: next, of: log, on: console)
            end = next
        }
    }

    private func show(from first: UInt64, to end: UInt64, of log: EventLog, on console: Console) throws {
        guard first < end else { return }
        try log.forEachBatch(from: first, to: end) { batch in
            batch.forEach { event in
                guard event.sequence >= first, event.sequence < end else { return }
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

extension Point {
    /// How many of the log's first events had been there then. By observed time, events up to the last one observed by
    /// then count, whatever was imported between.
    func end(in log: EventLog) throws -> UInt64 {
        switch self {
        case .sequence(let sequence): return min(sequence == .max ? .max : sequence + 1, try log.end())
        case .recorded(let time): return try log.end(recordedBy: time)
        case .observed(let time):
            var end: UInt64 = 0
            try log.forEachBatch(from: 0) { batch in
                batch.forEach { if $0.observed <= time { end = $0.sequence + 1 } }
                return true
            }
            return end
        }
    }
}
