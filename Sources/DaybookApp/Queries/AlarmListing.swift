// How alarms stand: what is on record, and those of the configuration that are not on record yet.

import CanonicalJSON
import EventLog
import Projections
import Reactors

/// One alarm and the state that it is in.
struct AlarmListing {
    let alarm: String
    let state: String
    /// Nothing for one that has not been evaluated.
    let since: Timestamp?
    let reason: String
    var value: JSON?
    var sequence: JSON?
    var silence: AlarmSilence?
    var isConfigured = true

    /// - Parameter configured: the alarms that there are now, where that is known.
    static func rows(_ engine: ProjectionEngine, configured: [AlarmDefinition]?, asOf: AsOf = .now) throws
        -> [AlarmListing]
    {
        let names = configured.map { Set($0.map(\.rule.name)) }
        var rows = try engine.read(Alarms().name) { database in
            let query = AlarmQuery(database)
            return try query.list(asOf: asOf).map { row in
                var listing = AlarmListing(
                    alarm: row.alarm, state: row.state, since: row.time, reason: row.reason, value: row.data["value"],
                    sequence: row.json["sequence"])
                listing.silence = try query.silence(of: row.alarm, at: moment(asOf), asOf: asOf)
                listing.isConfigured = names?.contains(row.alarm) ?? true
                return listing
            }
        }
        // Of an alarm that a watch has by itself nothing is said until there is something to say.
        for alarm in configured ?? [] where asOf == .now && alarm.rule.initial == .insufficientData {
            guard !rows.contains(where: { $0.alarm == alarm.rule.name }) else { continue }
            rows.append(
                AlarmListing(
                    alarm: alarm.rule.name, state: alarm.rule.initial.rawValue, since: nil,
                    reason: "nothing has been recorded that it could go by"))
        }
        return rows.enumerated().sorted { left, right in
            (left.element.rank, left.offset) < (right.element.rank, right.offset)
        }.map(\.element)
    }

    private static func moment(_ asOf: AsOf) -> Timestamp {
        if case .observed(let time) = asOf { min(time, .now()) } else { .now() }
    }

    private var rank: Int { state == "ALARM" && isConfigured ? 0 : 1 }

    var tint: Tint { isConfigured ? Self.tint(state) : .faint }

    static func tint(_ state: String) -> Tint {
        switch state {
        case "OK": .good
        case "ALARM": .bad
        default: .warning
        }
    }

    /// Why, for people.
    var explanation: String {
        let silenced = silence.map { "silenced until \(EventText.clock($0.until)) by \($0.by) (\($0.reason)); " } ?? ""
        return silenced + reason + (isConfigured ? "" : " (no such alarm any more)")
    }

    /// The shape of `alarms list --json`.
    var json: JSON {
        var row = JSONObject([
            ("alarm", .string(alarm)), ("state", .string(state)), ("reason", .string(reason)),
            ("since", since.map { .string($0.description) } ?? .null), ("configured", .bool(isConfigured)),
        ])
        row["value"] = value
        row["sequence"] = sequence
        row["silenced"] = silence?.json
        return .object(row)
    }
}
