// What a projection says has changed, for whoever acts on it: named by its event, and the same after every rebuild.

import CanonicalJSON
import EventLog

/// How a change came to be known; reactors are told of `live` ones only, unless they ask for more.
public enum Origin: String, Sendable, CaseIterable {
    /// Seen by a watch that had had a complete look before.
    case live
    /// Seen before or during the watch's first complete run.
    case firstLook = "first-look"
    /// Brought in by `import` or `log import`.
    case `import`
    /// The same page bytes as before, read with new selectors.
    case reading
}

extension Origin {
    /// Of an event that was brought in rather than seen, whatever it is about.
    static func imported(_ event: EventView) -> Origin? {
        event.source.raw.starts(with: "/import/".utf8) ? .import : nil
    }
}

/// Where a change stands among its projection's changes.
public struct ChangePosition: Comparable, Hashable, Sendable {
    public let sequence: UInt64
    /// From 0, among the changes of one event.
    public let ordinal: Int

    public init(sequence: UInt64, ordinal: Int) {
        self.sequence = sequence
        self.ordinal = ordinal
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.sequence, left.ordinal) < (right.sequence, right.ordinal)
    }
}

/// The members that a projection adds to a change's data.
public typealias JSONMembers = [(String, JSON)]

/// A change as it stands in the outbox: all but what its projection knows to say about it.
public struct EmittedChange: Sendable {
    public let position: ChangePosition
    /// `session.added`, `run.failed`, …
    public let kind: String
    /// The subject of the event that made it: `WATCH/KEY`, or for runs `WATCH`.
    public let subject: String
    public let origin: Origin
    /// When the event was observed.
    public let time: Timestamp
    /// The event's id, `RUN.N`.
    public let event: String

    init(_ stored: StoredChange) {
        position = stored.position
        kind = String(decoding: stored.kind, as: UTF8.self)
        subject = String(decoding: stored.subject, as: UTF8.self)
        origin = stored.origin
        time = Timestamp(millisecondsSinceEpoch: stored.time)
        event = String(decoding: stored.event, as: UTF8.self)
    }

    /// The run that the event belongs to.
    public var run: String {
        guard let dot = event.utf8.lastIndex(of: UInt8(ascii: ".")) else { return event }
        return String(event[..<dot])
    }
}

/// A change, whole.
public struct Change: Sendable {
    public let projection: String
    public let position: ChangePosition
    public let kind: String
    public let subject: String
    public let origin: Origin
    /// An object: `projection`, `sequence` (20 digits), `kind`, `subject`, `origin`, `time`, `event`, `run`, and what the
    /// projection adds.
    public let data: JSON

    public var sequence: UInt64 { position.sequence }

    init(projection: String, _ emitted: EmittedChange, adding members: JSONMembers) {
        self.projection = projection
        position = emitted.position
        kind = emitted.kind
        subject = emitted.subject
        origin = emitted.origin
        var object = JSONObject(members)
        object["projection"] = .string(projection)
        object["sequence"] = .string(sequenceText(emitted.position.sequence))
        object["kind"] = .string(emitted.kind)
        object["subject"] = .string(emitted.subject)
        object["origin"] = .string(emitted.origin.rawValue)
        object["time"] = .string(emitted.time.description)
        object["event"] = .string(emitted.event)
        object["run"] = .string(emitted.run)
        data = .object(object)
    }
}

/// A sequence as events write it: 20 digits, so that it sorts as text and survives JSON readers that only know doubles.
package func sequenceText(_ sequence: UInt64) -> String {
    let digits = String(sequence)
    return String(repeating: "0", count: max(0, 20 - digits.utf8.count)) + digits
}
