// Names of notifications, derived from what they tell: the same on every try, on every machine, after every rebuild.

import CanonicalJSON
import EventLog

/// What a notification tells of. Stable under rebuilds of the projection.
public struct ChangeName: Hashable, Sendable {
    public let projection: String
    public let sequence: UInt64
    public let kind: String
    public let subject: String

    public init(projection: String, sequence: UInt64, kind: String, subject: String) {
        self.projection = projection
        self.sequence = sequence
        self.kind = kind
        self.subject = subject
    }

    var paddedSequence: String { padded(sequence) }

    var json: JSON {
        [
            "projection": .string(projection), "sequence": .string(paddedSequence), "kind": .string(kind),
            "subject": .string(subject),
        ]
    }
}

/// Which notification this is: a change, told by a reactor on a channel.
public struct NotificationKey: Hashable, Sendable {
    public let reactor: String
    public let channel: String
    public let change: ChangeName

    /// The idempotency key: of reactor and change. Letters, digits and `-`, at most 45 of them, so that it fits a header
    /// and every service's deduplication id.
    public let key: String
    /// The delivery's id: of reactor, change and channel.
    public let id: String

    public init(reactor: String, channel: String, change: ChangeName) {
        self.reactor = reactor
        self.channel = channel
        self.change = change
        let parts: [JSON] = [
            .string(reactor), .string(change.projection), .string(change.paddedSequence), .string(change.kind),
            .string(change.subject),
        ]
        key = Self.name(change, of: parts)
        id = Self.name(change, of: parts + [.string(channel)])
    }

    /// Where the records of this notification stand, and nothing else.
    public var stream: StreamID { StreamID(family: "notification", subject: "\(reactor)/\(channel)/\(key)") }

    /// The sequence for people, and enough of the digest for there never to be two.
    private static func name(_ change: ChangeName, of parts: [JSON]) -> String {
        "\(change.sequence)-" + Digest.sha256(JSON.array(parts).canonicalBytes).hex.prefix(24)
    }
}
