// `daybook audit`: everything that ever happened to one thing.

import ArgumentParser
import CanonicalJSON
import EventLog

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Show everything that ever happened to a subject, and who or what did it.",
        discussion: """
            A subject is WATCH/KEY, or a watch for its runs. What reactors did about it is part of the answer.

            Examples:
              daybook audit reinvent/SVS401
              daybook audit reinvent --json | jq .type
            """)

    @Argument(help: "The subject: WATCH/KEY, or a watch.")
    var subject: String

    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        let console = Console.current
        let log = try Place.openLog(try Place.dataDirectory(place), create: false)
        let events = try Audit.events(about: subject, asOf: try asOf.resolved(in: log), in: log)
        guard !events.isEmpty else {
            throw Failure(
                .no,
                "nothing is on record about \"\(subject)\"; a subject is WATCH/KEY or a watch, and `daybook status` names the watches"
            )
        }
        for event in events {
            if format.json {
                console.line(event.line)
            } else {
                console.line(Audit.spans(event), hang: Audit.hang(on: console))
            }
        }
    }
}
