// Events as values: what a caller wants appended, and what the log holds.

import CanonicalJSON

/// What a caller wants appended. Sequence, revision and recorded time are the log's to give.
public struct EventDraft: Sendable {
    public var type: String
    public var source: String
    public var subject: String
    public var id: EventID
    /// When it was observed.
    public var time: Timestamp
    /// The id of the event that led to this one.
    public var causation: String?
    /// `sha256:…` (or `git:COMMIT:PATH`) of the bytes it was read from; not part of the state.
    public var evidence: String?
    /// The number after the type in `dataschema`.
    public var schema: Int
    /// An object.
    public var data: JSON

    public init(
        type: String, source: String, subject: String, id: EventID, time: Timestamp, causation: String? = nil,
        evidence: String? = nil, schema: Int = 1, data: JSON
    ) {
        self.type = type
        self.source = source
        self.subject = subject
        self.id = id
        self.time = time
        self.causation = causation
        self.evidence = evidence
        self.schema = schema
        self.data = data
    }

    public var stream: StreamID { StreamID(type: type, subject: subject) }
}

/// What must hold for an append to happen, checked under the log's lock.
public enum AppendCondition: Sendable, Hashable {
    /// The stream's newest revision; 0 where it must not exist yet.
    case revision(of: StreamID, is: Int)
    /// No event of this family about a subject with this prefix at `since` or later.
    case nothing(family: String, subjectPrefix: String, since: UInt64)
}

/// What to do with a draft whose time lies before its stream's newest event.
public enum TimePolicy: Sendable {
    /// The clock went back: take the newest event's time.
    case clamp
    /// The caller has the times from elsewhere: refuse with `LogError.earlierTime`.
    case refuse
}

/// Where a commit came to lie.
public struct Appended: Sendable, Hashable {
    public let first: UInt64
    public let count: Int
    public var end: UInt64 { first + UInt64(count) }
}

/// An event of the log, copied out of it.
public struct Event: Sendable {
    public let sequence: UInt64
    public let type: String
    public let source: String
    public let subject: String
    public let id: String
    public let time: Timestamp
    /// When it was appended; equals `time` where the line leaves it out.
    public let recordedTime: Timestamp
    public let revision: Int
    public let causation: String?
    public let evidence: String?
    public let dataSchema: String
    public let data: JSON
    /// The line as it stands in the log, without the newline.
    public let line: String

    public var stream: StreamID { StreamID(type: type, subject: subject) }
    public var family: String { stream.family }
}

/// The newest event of a stream.
public struct StreamHead: Sendable, Hashable {
    public let stream: StreamID
    public let revision: Int
    public let sequence: UInt64
    /// SHA-256 of the canonical data.
    public let digest: Digest
    public let type: String
    public let time: Timestamp
}
