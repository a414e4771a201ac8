// The ways out: what every channel is given and what it answers.

import EventLog

/// A way to tell someone. Whatever is sent twice carries the same key twice.
public protocol Channel: Sendable {
    /// What the channel wants a change made into.
    var form: MessageForm { get }
    /// How many messages may be under way at once; messages about one subject never are.
    var concurrency: Int { get }
    /// Sends one message, once. Never throws: what went wrong decides between another try and giving up.
    func deliver(_ message: RenderedMessage) async -> ChannelAnswer
    /// Nothing comes for a while: lets go of what is kept for the next message.
    func release() async
}

extension Channel {
    public func release() async {}
}

public enum MessageForm: Sendable {
    /// Lines for people, by the reactor's template.
    case text
    /// The same with a subject line of its own, as one JSON object.
    case notice
    /// The change as a CloudEvent in JSON.
    case cloudEvent
}

/// A message as it was rendered for its first try; every later try sends the same bytes.
public struct RenderedMessage: Sendable {
    /// The idempotency key: the same on every try, in letters, digits and `-`.
    public let key: String
    /// The change's kind, such as `session.updated`.
    public let kind: String
    public let subject: String
    /// When what it tells of was observed.
    public let time: Timestamp
    public let body: [UInt8]
    /// The media type of `body`.
    public let type: String
    /// Sent again by hand after it had been parked; said beside the message, whose bytes stay the same.
    public let isLate: Bool
    /// Which try this is, from 1; said beside the message as well.
    public let attempt: Int

    public init(
        key: String, kind: String, subject: String, time: Timestamp, body: [UInt8], type: String, isLate: Bool,
        attempt: Int = 1
    ) {
        self.key = key
        self.kind = kind
        self.subject = subject
        self.time = time
        self.body = body
        self.type = type
        self.isLate = isLate
        self.attempt = attempt
    }
}

/// How a try ended.
public struct ChannelAnswer: Sendable {
    public let outcome: Outcome
    /// The HTTP status, where there was one.
    public let status: Int?

    public init(_ outcome: Outcome, status: Int? = nil) {
        self.outcome = outcome
        self.status = status
    }
}
