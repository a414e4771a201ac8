// `daybook rebuild`: what is derived, derived again; or as of a moment, elsewhere.

import ArgumentParser
import CanonicalJSON
import EventLog
import Foundation
import Projections

struct RebuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Derive projections again from the log, beside the old ones; or as of a moment, into another folder.",
        discussion: """
            Readers see the old state until the new one has caught up. Nothing is announced again.

            With --into, nothing of the daybook is touched: the folder gets a plain SQLite database for each projection, as it \
            stood at --until. They are for looking into, with sqlite3 or any other tool; nobody keeps them up.

            Examples:
              daybook rebuild                 all of them
              daybook rebuild sessions runs
              daybook rebuild sessions --until "7d ago" --into then
              sqlite3 then/sessions.sqlite .schema
            """)

    @Argument(help: "Which projections; all when none is named.")
    var projections: [String] = []

    @Option(help: ArgumentHelp("As it was then: a point, as for --as-of. Needs --into.", valueName: "point"))
    var until: String?

    @Option(help: ArgumentHelp("Fill databases in this folder, which must be new or empty.", valueName: "dir"))
    var into: String?

    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func validate() throws {
        if until != nil, into == nil {
            throw ValidationError("--until needs --into and a folder: the daybook itself is never put back.")
        }
    }

    func run() async throws {
        let known = Place.everyProjection.map(\.name)
        for name in projections where !known.contains(name) {
            throw Failure(.usage, "there is no projection \"\(name)\"; there are \(known.joined(separator: ", "))")
        }
        let log = try Place.openLog(try Place.dataDirectory(place), create: false)
        if let into { return try await fill(into, log) }
        try await rebuild(log)
    }

    private func rebuild(_ log: EventLog) async throws {
        let engine = try ProjectionEngine(log: log, projections: Place.everyProjection)
        let names = try chosen(from: engine)
        let began = ContinuousClock.now
        let progress = Progress("Rebuilding", unit: "events")
        try await engine.rebuild(names) { progress.update(Int($0), of: Int($1)) }
        progress.finish()
        let events = Int(try log.end())
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        let console = Console.current
        if format.json {
            for name in names {
                console.line(
                    JSON.object(
                        JSONObject([
                            ("projection", .string(name)), ("events", JSON(events)), ("seconds", .number(seconds)),
                        ])
                    ).canonicalText)
            }
            return
        }
        let rate = seconds > 0 ? ", \(grouped(Int(Double(events) / seconds))) a second" : ""
        console.line(
            "Rebuilt \(names.joined(separator: ", ")) from \(counted(events, "event")) in \(tenths(seconds)) s\(rate).")
    }

    /// Those that were named; all when none is, but for one that nobody has ever asked anything.
    private func chosen(from engine: ProjectionEngine) throws -> [String] {
        guard projections.isEmpty else { return projections }
        let unused = Set(try engine.status().filter { $0.generation == 0 }.map(\.name))
        let kept = Set(Place.allProjections.map(\.name))
        return Place.everyProjection.map(\.name).filter { kept.contains($0) || !unused.contains($0) }
    }
}

extension RebuildCommand {
    private func fill(_ folder: String, _ log: EventLog) async throws {
        let chosen =
            projections.isEmpty
            ? Place.allProjections : Place.everyProjection.filter { projections.contains($0.name) }
        let point = try until.map { try Point($0, for: "--until").resolved(in: log) } ?? .now
        guard ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).isEmpty else {
            throw Failure(.usage, "--into: \(folder) is not empty; give a folder that is new or empty")
        }
        let progress = Progress("Filling \(folder)", unit: "events")
        let filled = try await PastState(of: chosen, asOf: point, in: log).fill(into: folder) {
            progress.update(Int($0), of: Int($1))
        }
        progress.finish()
        show(filled, folder: folder)
    }

    private func show(_ filled: [PastState.Database], folder: String) {
        let console = Console.current
        if format.json {
            for database in filled {
                console.line(
                    JSON.object(
                        JSONObject([
                            ("projection", .string(database.projection)), ("path", .string(database.path)),
                        ])
                    ).canonicalText)
            }
            return
        }
        console.line("As of \(until ?? "now"), in SQLite databases that any tool may read:")
        for database in filled { console.line("  \(displayable(database.path))") }
        if let first = filled.first { console.line("sqlite3 \(displayable(first.path)) .schema shows what is in one.") }
    }
}

/// Seconds with one decimal.
func tenths(_ seconds: Double) -> String { String((seconds * 10).rounded() / 10) }
