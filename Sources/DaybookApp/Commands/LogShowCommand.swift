// `daybook log show`: one event, whole.

import ArgumentParser
import EventLog

struct LogShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one event, whole.",
        discussion: """
            Examples:
              daybook log show 1234
              daybook log show 1234 --json | jq .data
            """)

    @Argument(help: "The event's sequence.")
    var sequence: UInt64

    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        let log = try Place.openLog(try Place.dataDirectory(place), create: false)
        guard let event = try log.event(at: sequence) else {
            let end = try log.end()
            throw Failure(
                .no, "there is no event \(sequence); the log \(end == 0 ? "is empty" : "ends with \(end - 1)")")
        }
        if format.json {
            Console.current.line(event.line)
        } else {
            EventText.whole(event).forEach(Console.current.line)
        }
    }
}
