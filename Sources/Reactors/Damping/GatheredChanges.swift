// Several changes as one message: which of them it lists, and what it says of them to programs.

import CanonicalJSON
import EventLog
import Projections

/// What a gathered message tells.
struct GatheredChanges: Sendable {
    static let kind = "notification.digest"
    /// In the place of a projection's name: it comes of the record of the first change that was held.
    static let projection = "notifications"
    /// Changes in one message; more become another.
    static let countMax = 10_000
    /// Changes that a message lists, and the bytes of their JSON; the rest is counted. Services for people and queues of AWS
    /// take 256 KB.
    static let listedMax = 100
    static let listedBytesMax = 200_000

    let reactor: String
    let channel: String
    let reason: Damping.Reason
    /// The reactor's name, or the subject that was folded.
    let subject: String
    /// All of them, the listed ones included.
    let count: Int
    /// When the first and the last were held.
    let since: Timestamp
    let until: Timestamp
    /// The first of them, as their projections say them.
    let listed: [JSON]

    var more: Int { count - listed.count }

    /// The data of the event that programs are told with.
    var json: JSON {
        [
            "kind": .string(Self.kind), "reactor": .string(reactor), "channel": .string(channel),
            "subject": .string(subject), "reason": .string(reason.rawValue), "count": JSON(count), "more": JSON(more),
            "since": .string(since.description), "time": .string(until.description), "changes": .array(listed),
        ]
    }
}

/// The changes that a message lists: as many as it may, in their order, and at least one.
struct ChangeListing: Sendable {
    private(set) var changes: [JSON] = []
    private var bytes = 0
    private(set) var isFull = false

    mutating func add(_ change: JSON) {
        bytes += change.canonicalBytes.count
        isFull = !changes.isEmpty && bytes > GatheredChanges.listedBytesMax
        if isFull { return }
        changes.append(change)
        isFull = changes.count == GatheredChanges.listedMax
    }
}
