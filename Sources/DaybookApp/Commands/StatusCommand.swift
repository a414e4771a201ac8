// `daybook status`: is all well, at a glance.

import ArgumentParser
import CanonicalJSON
import EventLog
import Ingestors
import Projections
import Reactors

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show each watch's last look, and what is behind or stuck.",
        discussion: """
            Exit code 0 whatever it shows; scripts read --json.

            Examples:
              daybook status
              daybook status --json | jq 'select(.failuresInARow > 0)'
            """)

    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() async throws {
        let console = Console.current
        let opened = try await Place.forAsking(place)
        let point = try asOf.resolved(in: opened.log)
        let known = try opened.engine.read("runs") { try RunQuery($0).watches(asOf: point) }
        let rows = StatusRow.all(known: known, configured: configuredWatches())
        if format.json {
            for row in rows { console.line(row.json.canonicalText) }
            return
        }
        if rows.isEmpty {
            console.line("No watch has looked yet. daybook check looks once.")
        } else {
            table(rows).print(to: console)
        }
        try explainTrouble(opened, rows: rows, on: console)
    }

    /// Watches that never looked stand in the table too, where the configuration can be read.
    private func configuredWatches() -> [(name: String, kind: String)] {
        guard let configuration = try? Place.configuration(place) else { return [] }
        return configuration.watches.map { ($0.name, $0.kind.name) }
    }

    private func table(_ rows: [StatusRow]) -> Table {
        var table = Table("watch", "kind", "last look", "outcome", "items", "failed looks")
        for row in rows {
            table.add(
                Cell(row.watch, .strong), Cell(row.kind), Cell(row.lastRun.map(EventText.clock) ?? "never"),
                Cell(row.outcome ?? "", row.tint), Cell(grouped(row.items)),
                Cell(row.failuresInARow > 0 ? "\(row.failuresInARow) in a row" : "", .bad))
        }
        return table
    }

    private func explainTrouble(_ opened: Place, rows: [StatusRow], on console: Console) throws {
        for row in rows where row.failuresInARow > 0 || row.outcome == "suspect" {
            console.line("\(row.watch): \(displayable(row.error ?? "no reason on record"))")
        }
        for projection in try opened.engine.status() {
            if let failure = projection.failure {
                console.line(
                    "\(Tint.bad.applied(to: "stopped", on: console)): projection \(projection.name): \(displayable(failure.description))"
                )
            }
        }
        let deliveries = try Deliveries(log: opened.log)
        for line in try RunText.waiting(deliveries) { console.line(line) }
        let parked = try deliveries.list(state: .parked).count
        if parked > 0 {
            console.line(
                "\(Tint.bad.applied(to: "\(grouped(parked)) notifications given up", on: console)): daybook deliveries list --state parked"
            )
        }
    }
}
