// The contract of everything that acts on changes.

import EventLog
import Projections

/// Acts on changes, in order per subject, at least once.
///
/// `context.key` is the same on every try; pass it on, so that what happens twice can be recognised.
public protocol Reactor: Sendable {
    func react(to change: Change, in context: ReactorContext) async -> Outcome
    /// How many changes it takes at once; changes of one subject always come one after the other.
    var concurrency: Int { get }
    /// Nothing comes for a while: lets go of what is kept for the next change.
    func release() async
}

extension Reactor {
    public var concurrency: Int { 16 }
    public func release() async {}
}

/// What a reactor's return value says; it is the whole contract.
public enum Outcome: Sendable {
    /// It happened. The events, if any, are appended in the same commit as the record of it.
    case done([EventDraft])
    /// It did not happen and another try may help: after the schedule's wait, and not before `after` seconds have gone.
    case retry(after: Double?, reason: String)
    /// There was deliberately nothing to do.
    case skip(reason: String)
    /// No further try would help; a person has to look.
    case park(reason: String)
    /// It was stopped in the middle; nothing is recorded and the next dispatcher tries again.
    case interrupted
}

/// What a reactor may know beside the change.
public struct ReactorContext: Sendable {
    public let reactor: String
    /// The idempotency key: from reactor and change, the same on every try.
    public let key: String
    /// From 1.
    public let attempt: Int
    /// Tried again by hand after it had been parked.
    public let isLate: Bool
    public let now: Timestamp
    /// For the events that the reactor wants appended.
    public let ids: EventIDs

    init(reactor: String, key: String, attempt: Int, isLate: Bool, now: Timestamp, ids: EventIDs) {
        self.reactor = reactor
        self.key = key
        self.attempt = attempt
        self.isLate = isLate
        self.now = now
        self.ids = ids
    }
}
