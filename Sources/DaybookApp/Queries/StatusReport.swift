// Is all well: everything that `status` tells, gathered once.

import EventLog
import Projections
import Reactors

struct StatusReport {
    /// The process that keeps watch; nil where none does.
    var process: Int?
    /// What that process says of itself; nil where it does not answer.
    var service: ServiceAnswer?
    /// Whether some watch has a schedule, so that something should keep watch.
    var isScheduled = false
    var watches: [StatusRow] = []
    /// Those in ALARM.
    var alarms: [AlarmListing] = []
    var routes: [RouteState] = []
    var projections: [ProjectionStatus] = []
    /// Why nothing more can be recorded, as far as reading has shown.
    var obstacle: LogError?
    /// What is wrong with the configuration, as it stands now or beside what the service goes by.
    var configuration: ConfigurationState = .inForce
    /// The moment that ages count from.
    var now: Timestamp

    enum ConfigurationState: Equatable {
        case inForce
        /// The service goes by another one than the file says now. These keys are changed, which only a restart takes up.
        case notTakenUp(restart: [String])
        /// It cannot be read; the sentence says why.
        case wrong(String)
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
