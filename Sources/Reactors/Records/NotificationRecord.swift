// What is recorded of a notification: one event for each try, and for each decision about it.

import CanonicalJSON
import EventLog

/// The data of a `notification.…` event.
public struct NotificationRecord: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        case delivered = "notification.delivered"
        /// A try that failed; there will be another at `next`.
        case failed = "notification.failed"
        /// Deliberately not sent: shadow, nothing to do, or for now, to be told with others.
        case held = "notification.held"
        /// The message was made and is being sent from here on: recorded first where what is told, and with what, depends on
        /// the moment.
        case prepared = "notification.prepared"
        /// Given up until someone asks for it again.
        case parked = "notification.parked"
        /// Someone asked for it again.
        case retried = "notification.retried"
    }

    /// The rendered message, kept as a blob since the first try.
    public struct Message: Sendable, Hashable {
        public let digest: Digest
        public let size: Int
        public let type: String

        public init(digest: Digest, size: Int, type: String) {
            self.digest = digest
            self.size = size
            self.type = type
        }
    }

    public let kind: Kind
    public let notification: NotificationKey
    /// How many tries there have been, the one that this tells of included.
    public let attempts: Int
    public var message: Message?
    /// Why it failed, was parked or was held.
    public var error: String?
    public var next: Timestamp?
    /// The HTTP status that the other side answered.
    public var status: Int?
    public var isLate = false
    /// Why it is held for now; nil where it is held for good.
    public var hold: Damping.Reason?
    /// Of a message that gathers several: the ids of their deliveries.
    public var gathers: [String] = []

    public init(_ kind: Kind, _ notification: NotificationKey, attempts: Int) {
        self.kind = kind
        self.notification = notification
        self.attempts = attempts
    }

    public var json: JSON {
        var data = JSONObject()
        data["id"] = .string(notification.id)
        data["reactor"] = .string(notification.reactor)
        data["channel"] = .string(notification.channel)
        data["key"] = .string(notification.key)
        data["attempts"] = JSON(attempts)
        data["change"] = notification.change.json
        data["message"] = message.map(Self.json)
        data["error"] = error.map(JSON.string)
        data["next"] = next.map { .string($0.description) }
        data["status"] = status.map { JSON($0) }
        if isLate { data["late"] = true }
        data["by"] = hold.map { .string($0.rawValue) }
        if !gathers.isEmpty { data["changes"] = .array(gathers.map(JSON.string)) }
        return .object(data)
    }

    private static func json(_ message: Message) -> JSON {
        ["sha256": .string(message.digest.hex), "size": JSON(message.size), "type": .string(message.type)]
    }

    /// Nil where the event is none of these or lacks what makes it one; such an event says nothing about a notification.
    public init?(type: String, data: JSON) {
        guard let kind = Kind(rawValue: type), let reactor = data["reactor"]?.stringValue,
            let channel = data["channel"]?.stringValue, let attempts = data["attempts"]?.intValue,
            let change = data["change"], let projection = change["projection"]?.stringValue,
            let sequence = change["sequence"]?.stringValue.flatMap({ UInt64($0) }),
            let changeKind = change["kind"]?.stringValue, let subject = change["subject"]?.stringValue
        else { return nil }
        self.kind = kind
        self.attempts = attempts
        notification = NotificationKey(
            reactor: reactor, channel: channel,
            change: ChangeName(projection: projection, sequence: sequence, kind: changeKind, subject: subject))
        if let digest = data["message"]?["sha256"]?.stringValue.flatMap(Digest.init(hex:)) {
            message = Message(
                digest: digest, size: data["message"]?["size"]?.intValue ?? 0,
                type: data["message"]?["type"]?.stringValue ?? "application/octet-stream")
        }
        error = data["error"]?.stringValue
        next = data["next"]?.stringValue.flatMap { Timestamp($0) }
        status = data["status"]?.intValue
        isLate = data["late"]?.boolValue ?? false
        hold = data["by"]?.stringValue.flatMap(Damping.Reason.init)
        gathers = data["changes"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    /// The event that says so. `cause` is the id of the event that the change came from.
    func draft(id: EventID, time: Timestamp, cause: String?, source: String? = nil) -> EventDraft {
        EventDraft(
            type: kind.rawValue, source: source ?? "/reactors/\(notification.reactor)",
            subject: notification.stream.subject, id: id, time: time, causation: cause, data: json)
    }
}
