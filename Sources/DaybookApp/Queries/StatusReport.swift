// Is all well: everything that `status` tells, gathered once, with what of it needs a look.

import CanonicalJSON
import EventLog
import Ingestors
import Projections
import Reactors

struct StatusReport {
    /// The process that keeps watch; nil where none does.
    var process: Int?
    /// Whether some watch has a schedule, so that something should keep watch.
    var isScheduled = false
    var watches: [StatusRow] = []
    /// Those in ALARM.
    var alarms: [AlarmListing] = []
    var routes: [RouteState] = []
    var projections: [ProjectionStatus] = []
    /// What is wrong with the configuration, as it stands now or beside what the service goes by.
    var configuration: ConfigurationState = .inForce
    /// The moment that ages count from.
    var now: Timestamp

    enum ConfigurationState: Equatable {
        case inForce
        /// The service goes by another one than the file says now.
        case notTakenUp
        /// It cannot be read; the sentence says why.
        case wrong(String)
    }

    /// How bad it is, for its colour.
    enum Weight { case warning, bad }

    struct Trouble: Equatable {
        let weight: Weight
        let text: String
    }

    /// What needs a look, worst first; nothing where all is well.
    var troubles: [Trouble] {
        let all =
            ofConfiguration + alarms.map(trouble) + watches.flatMap(troubles) + projections.flatMap(troubles)
            + routes.flatMap(troubles)
            + unwatched
        return all.filter { $0.weight == .bad } + all.filter { $0.weight == .warning }
    }

    private func troubles(_ row: StatusRow) -> [Trouble] {
        guard row.isConfigured else { return [] }
        let reason = row.error ?? "no reason on record"
        if row.failuresInARow > 0 {
            let since =
                row.lastGood.map { ", the last good look was \(Age.text(of: $0, at: now))" } ?? ", and none was good"
            return [
                Trouble(
                    weight: .bad,
                    text: "\(row.watch): \(counted(row.failuresInARow, "look")) in a row failed\(since): \(reason)")
            ]
        }
        if row.outcome == "suspect" { return [Trouble(weight: .warning, text: "\(row.watch): suspect: \(reason)")] }
        return []
    }

    private func trouble(_ alarm: AlarmListing) -> Trouble {
        let since = alarm.since.map { ", raised \(Age.text(of: $0, at: now))" } ?? ""
        let silenced = alarm.silence.map { " (silenced until \(EventText.clock($0.until)))" } ?? ""
        return Trouble(weight: .bad, text: "alarm \(alarm.alarm)\(since)\(silenced): \(alarm.reason)")
    }

    private func troubles(_ status: ProjectionStatus) -> [Trouble] {
        guard let failure = status.failure else { return [] }
        return [
            Trouble(
                weight: .bad,
                text: "projection \(status.name) stopped, \(counted(Int(status.lag), "event")) behind: \(failure)")
        ]
    }

    private func troubles(_ route: RouteState) -> [Trouble] {
        var troubles: [Trouble] = []
        let name = "\(route.reactor) -> \(route.channel)"
        if route.parked > 0 {
            troubles.append(
                Trouble(
                    weight: .bad,
                    text:
                        "\(name): \(counted(route.parked, "notification")) given up; see daybook deliveries list --state parked"
                ))
        }
        if route.waiting > 0 {
            let reason = route.error ?? "not tried yet"
            troubles.append(
                Trouble(
                    weight: .warning,
                    text: "\(name): \(counted(route.waiting, "notification")) to be tried again: \(reason)"))
        }
        return troubles
    }

    private var ofConfiguration: [Trouble] {
        switch (configuration, process) {
        case (.inForce, _), (.notTakenUp, nil): []
        case (.notTakenUp, let process?):
            [
                Trouble(
                    weight: .warning,
                    text:
                        "process \(process) still goes by the former configuration; kill -HUP \(process) has it take up the new one"
                )
            ]
        case (.wrong(let reason), let process):
            [
                Trouble(
                    weight: .bad,
                    text: reason + (process.map { " (process \($0) goes on with the former configuration)" } ?? ""))
            ]
        }
    }

    private var unwatched: [Trouble] {
        guard isScheduled, process == nil else { return [] }
        return [Trouble(weight: .warning, text: "nothing keeps watch: daybook run does, daybook check looks once")]
    }
}

/// How long ago something was, as people say it.
enum Age {
    static func text(of time: Timestamp, at now: Timestamp) -> String {
        let seconds = now.seconds(since: time)
        return seconds < 1 ? "just now" : "\(length(seconds)) ago"
    }

    static func ahead(_ time: Timestamp, at now: Timestamp) -> String {
        let seconds = time.seconds(since: now)
        return seconds < 1 ? "now" : "in \(length(seconds))"
    }

    /// The largest unit of which there are two, or the only one.
    private static func length(_ seconds: Double) -> String {
        let units: [(name: String, seconds: Double)] = [("d", 86_400), ("h", 3600), ("m", 60)]
        for unit in units where seconds >= 2 * unit.seconds { return "\(Int(seconds / unit.seconds))\(unit.name)" }
        return "\(Int(seconds))s"
    }
}
