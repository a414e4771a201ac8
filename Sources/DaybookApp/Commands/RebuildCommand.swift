// `daybook rebuild`: what is derived, derived again.

import ArgumentParser
import EventLog
import Projections

struct RebuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Derive projections again from the log, beside the old ones.",
        discussion: """
            Readers see the old state until the new one has caught up. Nothing is announced again.

            Examples:
              daybook rebuild                 all of them
              daybook rebuild sessions runs
            """)

    @Argument(help: "Which projections; all when none is named.")
    var projections: [String] = []

    @OptionGroup var place: PlaceOptions

    func run() async throws {
        let console = Console.current
        let opened = try Place.open(try Place.dataDirectory(place), create: false)
        let known = Place.allProjections.map(\.name)
        for name in projections where !known.contains(name) {
            throw Failure(.usage, "there is no projection \"\(name)\"; there are \(known.joined(separator: ", "))")
        }
        let names = projections.isEmpty ? known : projections
        let began = ContinuousClock.now
        let progress = Progress("Rebuilding", unit: "events")
        try await opened.engine.rebuild(names) { progress.update(Int($0), of: Int($1)) }
        progress.finish()
        let events = Int(try opened.log.end())
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        console.line(
            "Rebuilt \(names.joined(separator: ", ")) from \(counted(events, "event")) in \(tenths(seconds)) s.")
    }
}

/// Seconds with one decimal.
func tenths(_ seconds: Double) -> String { String((seconds * 10).rounded() / 10) }
