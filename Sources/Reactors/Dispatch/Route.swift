// One reactor's way to one channel: the unit that has a place in the log, an order and a limit of its own.

import CanonicalJSON
import EventLog
import Projections

/// What happens at the end of a route.
enum Effect: Sendable {
    case channel(any Channel)
    case reactor(any Reactor)

    var concurrency: Int {
        switch self {
        case .channel(let channel): channel.concurrency
        case .reactor(let reactor): reactor.concurrency
        }
    }

    func release() async {
        switch self {
        case .channel(let channel): await channel.release()
        case .reactor(let reactor): await reactor.release()
        }
    }
}

struct Route: Sendable {
    let definition: ReactorDefinition
    let channel: String
    let effect: Effect
    let selection: Selection

    init(_ definition: ReactorDefinition, channel: String, effect: Effect) {
        self.definition = definition
        self.channel = channel
        self.effect = effect
        selection = Selection(definition, channel: channel)
    }

    /// What is told to a channel may be held back; what reacts itself is always told at once.
    var damping: Damping? {
        if case .channel = effect { definition.damping } else { nil }
    }

    func key(_ change: Change) -> NotificationKey {
        NotificationKey(
            reactor: definition.name, channel: channel,
            change: ChangeName(
                projection: change.projection, sequence: change.sequence, kind: change.kind, subject: change.subject))
    }
}

/// A notification that waits or is under way.
struct Job: Sendable {
    let notification: NotificationKey
    /// Dropped after the first try; read again where it is needed.
    var change: Change?
    /// Why it is not to be sent at all but parked.
    var refusal: String?
    /// The id of the event that the change came from.
    var cause: String?
    var attempts = 0
    var failures = 0
    /// Of its stream; 0 where nothing is recorded yet.
    var revision = 0
    var isLate = false
    var message: NotificationRecord.Message?

    init(_ notification: NotificationKey, change: Change) {
        self.notification = notification
        self.change = change
        cause = change.data["event"]?.stringValue
    }

    /// Of what is made, kept and recorded before it is tried.
    init(_ notification: NotificationKey) {
        self.notification = notification
    }

    init(_ delivery: Delivery) {
        notification = delivery.notification
        cause = delivery.cause
        attempts = delivery.attempts
        failures = delivery.failures
        revision = delivery.revision
        isLate = delivery.isLate
        message = delivery.message
        isWaitedFor = attempts == 0
    }

    /// Whether it counts for how far reading may go ahead: until its first try is over.
    var isWaitedFor = true
    var isRecorded: Bool { revision > 0 }
}
