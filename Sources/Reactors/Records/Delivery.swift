// A notification as it stands after all that has been recorded of it.

import CanonicalJSON
import EventLog

/// Where a notification is.
public enum DeliveryState: String, Sendable, CaseIterable {
    case delivered
    /// Not delivered yet; tried again when `next` comes.
    case failed
    case parked
    /// Deliberately not sent, or not yet.
    case held

    /// Whether nothing more happens to it by itself.
    var isFinal: Bool { self != .failed }
}

/// One notification; as JSON a line of `deliveries list`.
public struct Delivery: Sendable, Equatable {
    public let notification: NotificationKey
    public let state: DeliveryState
    /// Tries in all.
    public let attempts: Int
    /// Failed tries since the first, or since someone asked for it again; these count for parking.
    let failures: Int
    /// Revision of its stream.
    let revision: Int
    public let next: Timestamp?
    public let isLate: Bool
    public let message: NotificationRecord.Message?
    public let status: Int?
    public let error: String?
    /// When the last of it was recorded.
    public let time: Timestamp
    /// The id of the event that the change came from.
    public let cause: String?
    /// Where it is held for now, or was: why, and which message told it.
    public let hold: Hold?
    /// How many changes it tells of, where it gathers several.
    public let gathers: Int?

    /// What became of a change that was held back.
    public struct Hold: Sendable, Equatable {
        public let reason: Damping.Reason
        /// When it was to be told at the latest as things stood then.
        public let until: Timestamp
        /// The id of the delivery that tells it; nil while it is held.
        public let toldIn: String?
    }

    public var id: String { notification.id }

    /// DESIGN section 9, `deliveries list`; `change` is the change's kind, `sequence` its event's.
    public var json: JSON {
        var row = JSONObject()
        row["id"] = .string(id)
        row["reactor"] = .string(notification.reactor)
        row["channel"] = .string(notification.channel)
        row["state"] = .string(state.rawValue)
        row["attempts"] = JSON(attempts)
        row["change"] = .string(notification.change.kind)
        row["projection"] = .string(notification.change.projection)
        row["subject"] = .string(notification.change.subject)
        row["sequence"] = .string(notification.change.paddedSequence)
        row["key"] = .string(notification.key)
        row["time"] = .string(time.description)
        row["error"] = error.map(JSON.string)
        row["status"] = status.map { JSON($0) }
        row["next"] = next.map { .string($0.description) }
        if isLate { row["late"] = true }
        row["by"] = hold.map { .string($0.reason.rawValue) }
        row["toldIn"] = hold?.toldIn.map(JSON.string)
        row["gathers"] = gathers.map { JSON($0) }
        return .object(row)
    }
}
