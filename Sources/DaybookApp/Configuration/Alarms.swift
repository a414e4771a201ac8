// From the configuration's alarms, and the default one of each watch, to what Reactors takes.

import Ingestors
import Projections
import Reactors

/// An alarm, as the file has it.
struct AlarmSettings: Hashable, Sendable {
    let name: String
    let metric: String
    let watches: [String]
    let channels: [String]
    let statistic: String
    let period: Duration
    let evaluate: String
    let threshold: String
    let missing: String
    let onAlarm: [String]
    let onOK: [String]
    let onInsufficientData: [String]
}

struct DefaultAlarmSettings: Hashable, Sendable {
    let isRaised: Bool
    let failures: Int
    /// Nothing where the file leaves it to the reactors.
    let to: [String]?
}

extension SettingsReader {
    func alarm(_ entry: NamedSetting) -> AlarmSettings? {
        guard case .table(let table) = entry.setting.value, let metric = table.text("metric"),
            let statistic = table.text("statistic"), let period = table.duration("period"),
            let evaluate = table.text("evaluate"), let threshold = table.text("threshold"),
            let missing = table.text("missing")
        else { return nil }
        func names(_ key: String) -> [String] { table.texts(key).map(\.text) }
        return AlarmSettings(
            name: entry.name, metric: metric, watches: names("watch"), channels: names("channel"), statistic: statistic,
            period: period, evaluate: evaluate, threshold: threshold, missing: missing, onAlarm: names("on-alarm"),
            onOK: names("on-ok"), onInsufficientData: names("on-insufficient-data"))
    }

    func defaultAlarm(_ table: SettingTable?) -> DefaultAlarmSettings {
        let table = table ?? .standard(.defaultAlarm)
        return DefaultAlarmSettings(
            isRaised: table.flag("raise"), failures: table.count("failures") ?? 5,
            to: table.given["to"] == nil ? nil : table.texts("to").map(\.text))
    }
}

extension AlarmSettings {
    /// - Parameter watches: those that there are; an alarm that names none is about all of them.
    func definition(watches known: [String]) -> AlarmDefinition? {
        guard let metric = Metric.named(metric), let statistic = Statistic(statistic),
            let evaluation = AlarmEvaluation(evaluate), let threshold = AlarmThreshold(threshold),
            let missing = MissingData(rawValue: missing)
        else { return nil }
        let labels: [String]? =
            switch metric.label {
            case .watch: watches.isEmpty ? known : watches
            case .channel: channels.isEmpty ? nil : channels
            }
        let rule = AlarmRule(
            name: name, metric: metric, labels: labels, statistic: statistic, periodMilliseconds: period.milliseconds,
            evaluation: evaluation, threshold: threshold, missing: missing)
        return AlarmDefinition(
            rule, actions: [.alarm: onAlarm, .ok: onOK, .insufficientData: onInsufficientData])
    }
}

extension DefaultAlarmSettings {
    func definitions(_ watches: [WatchDefinition], _ reactors: [ReactorDefinition]) -> [AlarmDefinition] {
        guard isRaised else { return [] }
        return watches.compactMap { watch in
            AlarmDefinition.failing(watch.name, failures: failures, to: to ?? Self.channels(watch, reactors))
        }
    }

    /// Who hears of a watch's changes, or of how its looks went, hears that there are no looks.
    private static func channels(_ watch: WatchDefinition, _ reactors: [ReactorDefinition]) -> [String] {
        let concerned = reactors.filter { reactor in
            !reactor.shadow && (reactor.takesChanges(of: watch.kind.family) || reactor.takesChanges(of: "run"))
        }
        return Set(concerned.flatMap(\.to)).sorted()
    }
}

extension Checker {
    /// What alarms name has to be there, and to be what their metric is about.
    mutating func checkAlarms(_ file: SettingTable) {
        let watches = file.named("watches").map(\.name)
        let channels = file.named("channels").map(\.name)
        for entry in file.named("alarms") {
            guard case .table(let alarm) = entry.setting.value else { continue }
            check("watch", of: alarm, among: watches, "watch", .watch)
            check("channel", of: alarm, among: channels, "channel", .channel)
            for key in ["on-alarm", "on-ok", "on-insufficient-data"] {
                check(key, of: alarm, among: channels, "channel")
            }
            if let period = alarm.given["period"], alarm.duration("period").map({ $0 < .milliseconds(100) }) == true {
                note("expected a period of at least 100ms", period.path, line: period.line)
            }
        }
        if let table = file.table("default-alarm") { check("to", of: table, among: channels, "channel") }
        for entry in file.named("reactors") where entry.name == ReactorDefinition.alarmsName {
            note(
                "a reactor cannot be called \"\(entry.name)\", which is the one that tells of alarms; choose another name",
                entry.setting.path, line: entry.setting.line)
        }
    }

    private mutating func check(
        _ key: String, of table: SettingTable, among known: [String], _ noun: String, _ label: Metric.Label? = nil
    ) {
        if let label, let setting = table.given[key], let metric = table.text("metric").flatMap(Metric.named),
            metric.label != label
        {
            return note(
                "\(metric.name) is not measured by \(noun) but by \(metric.label.rawValue); remove this, or write it as \(metric.label.rawValue)",
                setting.path, line: setting.line)
        }
        for (name, setting) in table.texts(key) where !known.contains(name) {
            let nearest = NearestName.of(name, in: known).map { "; did you mean \"\($0)\"?" }
            let all = known.isEmpty ? "; there is none yet" : "; known are \(Wording.list(known, "and"))"
            note("there is no \(noun) \"\(name)\"\(nearest ?? all)", setting.path, line: setting.line)
        }
    }
}
