// What a look came to, as people read it.

import Ingestors
import Observations
import Reactors

enum RunText {
    /// `reinvent: 1,240 seen, 12 changed, 1 gone (105 pages, 104 unchanged, 1.2 s)`
    ///
    /// - Parameter naming: whether fields that no item has are named.
    static func line(_ report: RunReport, naming: Bool = true, _ console: Console) -> String {
        let name = Tint.strong.applied(to: report.watch, on: console)
        switch report.outcome {
        case .completed:
            let empty = naming ? emptyFields(report) : ""
            return "\(name): \(counts(report))\(empty) (\(effort(report)))"
        case .suspect:
            let word = Tint.warning.applied(to: "suspect", on: console)
            if report.summary.kind == "page" {
                return "\(name): \(word), \(doubts(report.summary)) (\(effort(report)))"
            }
            return
                "\(name): \(word), \(doubts(report.summary)); nobody is taken for gone; \(counts(report)) (\(effort(report)))"
        case .failed:
            let word = Tint.bad.applied(to: "failed", on: console)
            return "\(name): \(word), \(displayable(report.summary.error ?? "")) (\(effort(report)))"
        }
    }

    /// What made a suspect run look wrong.
    static func doubts(_ run: RunEnded) -> String {
        if run.kind == "page", run.observed == 0 { return "the page has no text; what is known of it stays as it was" }
        return (run.suspicions ?? []).map { suspicion in
            switch suspicion {
            case .drop:
                "it missed \(run.missed.map { grouped($0.count) } ?? "many") of what is known, more than `expect.drop` allows"
            case .items: "it found \(counted(run.observed, "item")), and `expect.items` says what is right"
            case .topics: "its topic list is empty"
            case .keyless: "more items than usual had no key"
            case .moving: "reading the pages again did not confirm what it missed"
            }
        }.joined(separator: ", ")
    }

    private static func counts(_ report: RunReport) -> String {
        if report.summary.kind == "page" {
            return report.summary.changed == 0
                ? "nothing changed" : report.isFirst ? "its text is new" : "its text changed"
        }
        var parts = ["\(grouped(report.summary.observed)) seen"]
        parts.append(
            report.summary.changed == 0 ? "nothing changed" : "\(grouped(report.summary.changed)) new or changed")
        if report.summary.absent > 0 { parts.append("\(grouped(report.summary.absent)) gone") }
        if report.summary.conflicts > 0 {
            parts.append("\(grouped(report.summary.conflicts)) seen in differing states")
        }
        if let unreadable = report.summary.unreadable, unreadable > 0 {
            let first = report.summary.unreadableFirst?.first.map { " (\($0))" } ?? ""
            parts.append("\(counted(unreadable, "field")) could not be read\(displayable(first))")
        }
        if let lost = report.summary.lostFields {
            let fields = displayable(lost.joined(separator: ", "))
            parts.append("no item has \(fields) any more (is the page another one now?)")
        }
        return parts.joined(separator: ", ")
    }

    private static func emptyFields(_ report: RunReport) -> String {
        let names = displayable(report.emptyFields.joined(separator: ", "))
        let items = counted(report.summary.observed, "item")
        switch report.emptyFields.count {
        case 0: return ""
        case 1: return "; field \(names) was found in none of \(items); see its selector"
        default: return "; fields \(names) were found in none of \(items); see their selectors"
        }
    }

    private static func effort(_ report: RunReport) -> String {
        let unchanged = report.summary.notModified > 0 ? ", \(grouped(report.summary.notModified)) not modified" : ""
        return
            "\(counted(report.summary.requests, "request"))\(unchanged), \(size(report.summary.bytes)), \(tenths(report.summary.seconds)) s"
    }

    /// Who could not be told yet, and why: a line for each reactor and channel.
    static func waiting(_ deliveries: Deliveries) throws -> [String] {
        var lines: [String: (count: Int, error: String)] = [:]
        for row in try deliveries.list(state: .failed) {
            let route = "\(row.notification.reactor) -> \(row.notification.channel)"
            lines[route] = ((lines[route]?.count ?? 0) + 1, row.error ?? "not tried yet")
        }
        return lines.sorted { $0.key < $1.key }.map { route, waiting in
            "waiting: \(route): \(counted(waiting.count, "notification")): \(displayable(waiting.error))"
        }
    }

    /// What became of notifications; nothing is said where none was due.
    static func deliveries(_ report: DispatchReport) -> String? {
        var parts: [String] = []
        if report.delivered > 0 { parts.append("\(grouped(report.delivered)) delivered") }
        if report.waiting > 0 { parts.append("\(grouped(report.waiting)) to be tried again") }
        if report.gathering > 0 {
            parts.append("\(grouped(report.gathering)) held for now (daybook deliveries list --state held)")
        }
        if report.parked > 0 {
            parts.append("\(grouped(report.parked)) given up (daybook deliveries list --state parked)")
        }
        return parts.isEmpty ? nil : "notifications: " + parts.joined(separator: ", ")
    }
}
