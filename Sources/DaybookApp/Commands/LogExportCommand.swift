// `daybook log export`: the events as JSON Lines.

import ArgumentParser
import EventLog

struct LogExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Print the events as JSON Lines, each a CloudEvent.",
        discussion: """
            What is damaged is left out and named on standard error; the exit code is then 4.

            Examples:
              daybook log export > events.ndjson
              daybook log export --from 1000 --type session. | jq .subject
            """)

    @Option(help: ArgumentHelp("The first sequence.", valueName: "sequence"))
    var from: UInt64 = 0

    @Option(help: ArgumentHelp("The last sequence.", valueName: "sequence"))
    var to: UInt64?

    @Option(help: ArgumentHelp("Only types that begin so: `session.`, `run.failed`.", valueName: "prefix"))
    var type: String?

    @OptionGroup var place: PlaceOptions
    @Flag(help: .hidden) var json = false

    func run() throws {
        let console = Console.current
        let log = try Place.openLog(try Place.dataDirectory(place), create: false)
        let end = min(try log.end(), to.map { $0 == .max ? $0 : $0 + 1 } ?? .max)
        var damaged: [Damage] = []
        try log.forEachBatch(
            from: from, to: end,
            onDamage: { damage in
                damaged.append(damage)
                console.error("daybook: \(damage)")
            },
            { batch in
                batch.forEach { event in
                    guard event.sequence >= from, event.sequence < end else { return }
                    if let type, !event.type.hasPrefix(type) { return }
                    console.bytes(Array(event.line.raw) + [0x0A])
                }
                return console.lost == nil
            })
        guard damaged.isEmpty else { throw Failure(Failure.status(ofDamage: damaged)) }
    }
}
