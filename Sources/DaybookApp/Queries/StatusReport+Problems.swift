// What of a status report needs a look, worst first.

import CanonicalJSON
import EventLog
import Projections
import Reactors

/// One thing that needs a look.
struct StatusProblem: Equatable {
    /// How bad it is, for its colour.
    enum Weight: String { case warning, bad }

    /// What it is about.
    enum Topic: Equatable {
        case watch(String)
        case alarm(String)
        case projection(String)
        case reactor(String, channel: String)
        case configuration
        /// Nothing more can be recorded.
        case log
        /// Nothing keeps watch.
        case service
    }

    let weight: Weight
    let topic: Topic
    let text: String

    /// The shape of `status --problems --json`.
    var json: JSON {
        var row = JSONObject()
        row["weight"] = .string(weight.rawValue)
        switch topic {
        case .watch(let name): row["watch"] = .string(name)
        case .alarm(let name): row["alarm"] = .string(name)
        case .projection(let name): row["projection"] = .string(name)
        case .reactor(let name, let channel):
            row["reactor"] = .string(name)
            row["channel"] = .string(channel)
        case .configuration, .log, .service: break
        }
        row["problem"] = .string(text)
        return .object(row)
    }
}

extension StatusReport {
    /// What needs a look, worst first; nothing where all is well.
    var problems: [StatusProblem] {
        let all =
            ofLog + ofConfiguration + ofService + alarms.map(problem) + watches.flatMap(problems)
            + projections.flatMap(problems) + routes.flatMap(problems)
        return all.filter { $0.weight == .bad } + all.filter { $0.weight == .warning }
    }

    private func problems(_ row: StatusRow) -> [StatusProblem] {
        guard row.isConfigured else { return [] }
        let reason = row.error ?? "no reason on record"
        if row.failuresInARow > 0 {
            let since =
                row.lastGood.map { ", the last good look was \(Age.text(of: $0, at: now))" } ?? ", and none was good"
            let text = "\(row.watch): \(counted(row.failuresInARow, "look")) in a row failed\(since): \(reason)"
            return [StatusProblem(weight: .bad, topic: .watch(row.watch), text: text)]
        }
        guard row.lastRun != nil else {
            // Where something keeps watch its first look is due.
            let advice = row.nextRun == nil ? "; daybook check \(row.watch) looks once" : ""
            let text = "\(row.watch): it has not looked yet\(advice)"
            return [StatusProblem(weight: .warning, topic: .watch(row.watch), text: text)]
        }
        var problems = [overdue(row)].compactMap(\.self)
        if row.outcome == "suspect" {
            problems.append(
                StatusProblem(weight: .warning, topic: .watch(row.watch), text: "\(row.watch): suspect: \(reason)"))
        }
        return problems
    }

    private func problem(_ alarm: AlarmListing) -> StatusProblem {
        let since = alarm.since.map { ", raised \(Age.text(of: $0, at: now))" } ?? ""
        let silenced = alarm.silence.map { " (silenced until \(EventText.clock($0.until)))" } ?? ""
        return StatusProblem(
            weight: .bad, topic: .alarm(alarm.alarm), text: "alarm \(alarm.alarm)\(since)\(silenced): \(alarm.reason)")
    }

    private func problems(_ status: ProjectionStatus) -> [StatusProblem] {
        guard let failure = status.failure else { return [] }
        let text = "projection \(status.name) stopped, \(counted(Int(status.lag), "event")) behind: \(failure)"
        return [StatusProblem(weight: .bad, topic: .projection(status.name), text: text)]
    }

    private func problems(_ route: RouteState) -> [StatusProblem] {
        let topic = StatusProblem.Topic.reactor(route.reactor, channel: route.channel)
        let name = "\(route.reactor) -> \(route.channel)"
        var problems: [StatusProblem] = []
        if route.parked > 0 {
            let count = counted(route.parked, "notification")
            problems.append(
                StatusProblem(
                    weight: .bad, topic: topic,
                    text: "\(name): \(count) given up; see daybook deliveries list --state parked"))
        }
        if route.waiting > 0 {
            let count = counted(route.waiting, "notification")
            problems.append(
                StatusProblem(
                    weight: .warning, topic: topic,
                    text: "\(name): \(count) to be tried again: \(route.error ?? "not tried yet")"))
        }
        return problems
    }

    private var ofConfiguration: [StatusProblem] {
        switch (configuration, process) {
        case (.inForce, _), (.notTakenUp, nil): return []
        case (.notTakenUp(let keys), let process?):
            let text = "process \(process) still goes by the former configuration; \(remedy(process, keys))"
            return [StatusProblem(weight: .warning, topic: .configuration, text: text)]
        case (.wrong(let reason), let process):
            let former = process.map { " (process \($0) goes on with the former configuration)" } ?? ""
            return [StatusProblem(weight: .bad, topic: .configuration, text: reason + former)]
        }
    }

    private func remedy(_ process: Int, _ keys: [String]) -> String {
        guard !keys.isEmpty else { return "kill -HUP \(process) has it take up the new one" }
        let names = Wording.list(keys.map { "`\($0):`" }, "and")
        return
            "\(names) \(keys.count == 1 ? "is" : "are") changed, which only a restart takes up: stop it, and start it anew"
    }

    private var ofLog: [StatusProblem] {
        obstacle.map { [StatusProblem(weight: .bad, topic: .log, text: $0.description)] } ?? []
    }

    private var ofService: [StatusProblem] {
        guard let process else {
            guard isScheduled else { return [] }
            let text = "nothing keeps watch: daybook run does, daybook check looks once"
            return [StatusProblem(weight: .warning, topic: .service, text: text)]
        }
        guard let service else {
            let text = "process \(process) keeps watch and does not answer; its log may say why, a restart may help"
            return [StatusProblem(weight: .bad, topic: .service, text: text)]
        }
        guard service.isTelling else {
            let text = "process \(process) tells nobody of what changed for now; its log says why"
            return [StatusProblem(weight: .bad, topic: .service, text: text)]
        }
        return []
    }

    /// Longer than it takes for a place among those that are looked at at once, with hosts that answer.
    private static let overdueSecondsMax = 120.0

    /// A watch that is due, and is not looked at.
    private func overdue(_ row: StatusRow) -> StatusProblem? {
        guard service != nil, !row.isUnderWay, let due = row.nextRun,
            now.seconds(since: due) > Self.overdueSecondsMax
        else { return nil }
        let text = "\(row.watch): a look was due \(Age.text(of: due, at: now)) and has not begun"
        return StatusProblem(weight: .warning, topic: .watch(row.watch), text: text)
    }
}
