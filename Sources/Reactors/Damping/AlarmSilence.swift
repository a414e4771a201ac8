// An alarm's changes while it is silenced: which are held, and what becomes of them when the silence is over. Pure.

import CanonicalJSON
import EventLog

/// A silence is over. What was held of its alarm, on one way to one channel, is told or not.
struct SilenceEnd: Equatable, Sendable {
    /// A state that the alarm came to, by the event that says so.
    struct State: Equatable, Sendable {
        let sequence: UInt64
        let name: String
    }

    /// How the alarm stood when the silence began; nil where it had never changed, and all was in order.
    let before: State?
    /// What the channel was told last, if anything.
    let told: State?
    /// How the alarm stands now.
    let current: State

    /// What becomes of one change.
    enum Outcome: Equatable, Sendable {
        case tell
        /// Held for good, and why.
        case drop(reason: String)
    }

    /// The state that those who listen to the channel take the alarm to be in: what was in force, or was told, last.
    private var known: String {
        [before, told].compactMap(\.self).max { $0.sequence < $1.sequence }?.name ?? "OK"
    }

    /// What becomes of each change that is held, in their order. At most one is told: the one that says how the alarm stands now.
    func outcomes(of held: [UInt64]) -> [Outcome] {
        held.map { sequence in
            if current.name == known {
                return .drop(reason: "silenced; the alarm is \(current.name), as it was before")
            }
            if sequence == current.sequence { return .tell }
            return .drop(reason: "silenced; the alarm has changed since, and is \(current.name)")
        }
    }
}

extension Damping {
    /// What a silence holds. What comes to an alarm of which something is held goes with it, also when the silence is over by then:
    /// what is told last is how it stands.
    ///
    /// - Parameter group: what is held of the alarm already.
    static func hold(silenced change: JSON, with group: Group?) -> Hold? {
        guard change["kind"]?.stringValue == AlarmChanges.kind else { return nil }
        let until = change["silenced"]?["until"]?.stringValue.flatMap { Timestamp($0) } ?? group?.until
        return until.map { Hold(reason: .silenced, until: $0) }
    }
}
