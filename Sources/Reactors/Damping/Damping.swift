// What a reactor holds back for now, and until when: decided from the settings, the time and what is held already. Pure.

import EventLog

/// A reactor's `digest`, `quiet` and `damp`.
public struct Damping: Sendable, Hashable {
    /// How long changes are gathered before they are told in one message, from the first of them on.
    public var digestSeconds: Double?
    public var quiet: QuietHours?
    public var flapping: Flapping?

    public init(digestSeconds: Double? = nil, quiet: QuietHours? = nil, flapping: Flapping? = nil) {
        self.digestSeconds = digestSeconds
        self.quiet = quiet
        self.flapping = flapping
    }

    /// So many changes of one subject within a time are told; what follows is folded until there has been none for that time.
    public struct Flapping: Sendable, Hashable {
        public let count: Int
        public let seconds: Double
        /// What never settles is summed up when it has gone on for so many times `seconds`.
        static let longest = 24.0

        public init(count: Int, seconds: Double) {
            self.count = count
            self.seconds = seconds
        }
    }

    /// Why something is held.
    public enum Reason: String, Sendable, CaseIterable {
        case digest, quiet, damped
        /// Not by a reactor's settings: by whoever silenced the alarm.
        case silenced

        /// Whether what is held for it is held of one subject, or of the reactor as a whole.
        var isOfSubject: Bool { self == .damped || self == .silenced }
    }

    /// A change that is held: it is told in one message with all others of its group.
    struct Hold: Equatable, Sendable {
        let reason: Reason
        let until: Timestamp
    }

    /// What is held already, of the reactor as a whole or of one subject.
    struct Group: Equatable, Sendable {
        var reason: Reason
        /// When the first of it was held.
        let since: Timestamp
        /// When it is due.
        var until: Timestamp
    }

    /// A change as far as this needs to know it.
    struct Sighting: Sendable {
        /// When it was observed.
        let time: Timestamp
        /// When earlier changes of the subject were, those that the reactor chose; the newest `flapping.count` suffice.
        var earlier: [Timestamp] = []
        /// What is held of the reactor.
        var ofReactor: Group?
        /// What is folded of the subject.
        var ofSubject: Group?
    }

    /// Nil where the change is to be told now.
    ///
    /// What belongs to something that is held is held with it, whatever the settings say by now: a subject's changes are told
    /// in their order.
    func hold(_ change: Sighting, at now: Timestamp) -> Hold? {
        if let group = change.ofSubject {
            return Hold(reason: .damped, until: max(group.until, settled(change.time, since: group.since)))
        }
        if let group = change.ofReactor { return Hold(reason: group.reason, until: group.until) }
        if let end = quiet?.end(from: now) { return Hold(reason: .quiet, until: end) }
        if let digestSeconds {
            return Hold(reason: .digest, until: loud(from: now.adding(seconds: digestSeconds)))
        }
        guard let flapping else { return nil }
        let start = change.time.adding(seconds: -flapping.seconds)
        guard change.earlier.count(where: { $0 > start }) >= flapping.count else { return nil }
        return Hold(reason: .damped, until: settled(change.time, since: now))
    }

    /// When a subject has settled that changed at this time, and has been folded since that one.
    private func settled(_ time: Timestamp, since: Timestamp) -> Timestamp {
        guard let flapping else { return since }
        let longest = since.adding(seconds: flapping.seconds * Flapping.longest)
        return loud(from: min(time.adding(seconds: flapping.seconds), longest))
    }

    /// The first moment from this one on that is not quiet.
    func loud(from moment: Timestamp) -> Timestamp { quiet?.end(from: moment) ?? moment }

    /// Whether a reason is still one under these settings.
    func knows(_ reason: Reason) -> Bool {
        switch reason {
        case .digest: digestSeconds != nil
        case .quiet: quiet != nil
        case .damped: flapping != nil
        case .silenced: true
        }
    }

    /// Whether one message may tell of many subjects, so that order between messages is order between all of them.
    var gathersSubjects: Bool { digestSeconds != nil || quiet != nil }
}

extension Damping.Reason {
    /// As it is recorded.
    var sentence: String {
        switch self {
        case .digest: "digest: told with others in one message"
        case .quiet: "quiet hours: told with others when they end"
        case .damped: "damped: it changes again and again; told in one message when it has settled"
        case .silenced: "the alarm was silenced: how it stands is told when that is over"
        }
    }
}
