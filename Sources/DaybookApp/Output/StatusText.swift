// `daybook status` for people: is all well, then everything at a glance.

import EventLog
import Projections
import Reactors

enum StatusText {
    static func print(_ report: StatusReport, to console: Console) {
        verdict(report, console)
        if let process = report.process { console.line("Process \(process) keeps watch.") }
        if !report.watches.isEmpty {
            console.line("")
            watches(report).print(to: console)
        }
        if !report.routes.isEmpty {
            console.line("")
            routes(report).print(to: console)
        }
        projections(report, console)
    }

    private static func verdict(_ report: StatusReport, _ console: Console) {
        if report.watches.isEmpty {
            console.line("No watch has looked yet. daybook check looks once.")
            list(report.problems, console)
        } else {
            problems(report, to: console)
        }
    }

    /// What needs a look, or that nothing does.
    static func problems(_ report: StatusReport, to console: Console) {
        let problems = report.problems
        if problems.isEmpty { console.line(Tint.good.applied(to: "All is well.", on: console)) }
        list(problems, console)
    }

    private static func list(_ problems: [StatusProblem], _ console: Console) {
        for problem in problems {
            let mark = problem.weight == .bad ? Tint.bad : .warning
            console.line("\(mark.applied(to: "!", on: console)) \(displayable(problem.text))")
        }
    }

    private static func watches(_ report: StatusReport) -> Table {
        var table = Table("watch", "kind", "last look", "outcome", "items", "last good", "next")
        for row in report.watches {
            table.add(
                Cell(row.watch, row.isConfigured ? .strong : .faint), Cell(row.kind),
                Cell(row.lastRun.map { Age.text(of: $0, at: report.now) } ?? "never"),
                Cell(outcome(row), row.tint), Cell(grouped(row.items)),
                Cell(row.lastGood.map { Age.text(of: $0, at: report.now) } ?? ""),
                Cell(next(row, report)))
        }
        return table
    }

    private static func next(_ row: StatusRow, _ report: StatusReport) -> String {
        guard row.isConfigured else { return "not watched any more" }
        return row.isUnderWay ? "looking" : row.nextRun.map { Age.ahead($0, at: report.now) } ?? ""
    }

    private static func outcome(_ row: StatusRow) -> String {
        if row.failuresInARow > 1 { return "failed, \(row.failuresInARow) in a row" }
        return (row.outcome ?? "") + (row.status.map { ", \($0)" } ?? "")
    }

    private static func routes(_ report: StatusReport) -> Table {
        var table = Table("reactor", "channel", "behind", "delivered", "last", "held", "waiting", "given up")
        for route in report.routes {
            let behind =
                route.behind == RouteState.behindMax ? "\(grouped(route.behind)) or more" : grouped(route.behind)
            table.add(
                Cell(route.reactor, .strong), Cell(route.channel), Cell(behind, route.behind > 0 ? .warning : .plain),
                Cell(grouped(route.delivered)),
                Cell(route.lastDelivered.map { Age.text(of: $0, at: report.now) } ?? ""),
                Cell(grouped(route.held)),
                Cell(grouped(route.waiting), route.waiting > 0 ? .warning : .plain),
                Cell(grouped(route.parked), route.parked > 0 ? .bad : .plain))
        }
        return report.routes.contains { $0.held > 0 } ? table : table.without("held")
    }

    /// One line where all are at the log's end.
    private static func projections(_ report: StatusReport, _ console: Console) {
        guard let events = report.projections.map(\.checkpoint).max() else { return }
        let behind = report.projections.filter { $0.lag > 0 }
        console.line("")
        let names = report.projections.map(\.name).joined(separator: ", ")
        guard behind.isEmpty else {
            for status in behind {
                console.line("Projection \(status.name) is \(counted(Int(status.lag), "event")) behind.")
            }
            return
        }
        console.line(
            Tint.faint.applied(
                to: "\(counted(Int(events), "event")) in the log; projections \(names) are up to date.", on: console))
    }
}
