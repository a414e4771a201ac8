// What reactors did. A notification has a stream of its own: its subject is `REACTOR/CHANNEL/KEY`, KEY the idempotency key.

/// `reactor.started`: from where in the log a reactor takes changes. Subject: the reactor.
public struct ReactorStarted: EventData, Codable {
    /// A sequence of 20 digits; changes of events before it are not for this reactor.
    public var from: String
    /// Such a sequence for each channel that begins elsewhere.
    public var channels: [String: String]?
    /// The digest of what decides which changes it takes.
    public var choice: String?

    public init(from: String) { self.from = from }
}

/// The change that a notification tells of; stable under rebuilds.
public struct ChangeReference: Codable, Sendable, Equatable {
    public var projection: String
    /// 20 digits.
    public var sequence: String
    public var kind: String
    public var subject: String

    public init(projection: String, sequence: String, kind: String, subject: String) {
        self.projection = projection
        self.sequence = sequence
        self.kind = kind
        self.subject = subject
    }
}

/// A message in `blobs/`.
public struct MessageReference: Codable, Sendable, Equatable {
    /// Of its bytes, in hexadecimal.
    public var sha256: String
    public var size: Int
    /// The media type.
    public var type: String

    public init(sha256: String, size: Int, type: String) {
        self.sha256 = sha256
        self.size = size
        self.type = type
    }
}

/// `notification.delivered`, `.failed`, `.held`, `.prepared`, `.parked`, `.retried`: one event for each try, and for each decision about it.
public struct Notification: EventData, Codable {
    /// What a person calls it by in `daybook deliveries`.
    public var id: String
    public var reactor: String
    public var channel: String
    /// The idempotency key: the same on every try, and passed on to the other side.
    public var key: String
    public var change: ChangeReference
    /// How many tries there have been, the one that this tells of included.
    public var attempts: Int
    /// The rendered message, kept since the first try.
    public var message: MessageReference?
    /// Why it failed, was parked or was held.
    public var error: String?
    /// When the next try is due, or until when it is held, RFC 3339.
    public var next: String?
    /// The HTTP status that the other side answered.
    public var status: Int?
    /// True where it had been parked and is sent again by hand.
    public var late: Bool?
    /// Why it is held for now: `digest`, `quiet`, `damped` or `silenced`.
    public var by: String?
    /// The ids of those that it tells of, where it gathers several.
    public var changes: [String]?

    public init(
        id: String, reactor: String, channel: String, key: String, change: ChangeReference, attempts: Int
    ) {
        self.id = id
        self.reactor = reactor
        self.channel = channel
        self.key = key
        self.change = change
        self.attempts = attempts
    }
}
