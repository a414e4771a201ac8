// How one look at a watch ended; the last event of every run, so that silence is on record too. Subject: the watch.

/// How a look ended.
public enum RunOutcome: String, Codable, Sendable, CaseIterable {
    /// Every topic and page was fetched and understood, and the result is within what is expected.
    case completed
    /// Everything was understood, but it looks wrong: what was missed is kept.
    case suspect
    /// Something could not be fetched or understood.
    case failed

    /// The type of the run event.
    public var type: String { "run.\(rawValue)" }

    /// Of an event type such as `run.completed`.
    public init?(type: String) {
        guard type.hasPrefix("run.") else { return nil }
        self.init(rawValue: String(type.dropFirst(4)))
    }
}

/// Why a run is suspect.
public enum Suspicion: String, Codable, Sendable, CaseIterable {
    /// More of the present items were missed than `expect.drop` allows.
    case drop
    /// The number of items found is outside `expect.items`.
    case items
    /// The topic list found no topic.
    case topics
    /// Items were missed while others had no key: who has none may be who is missed.
    case keyless
    /// Items were missed, and no further reading of the pages confirmed it: the site kept changing, so that who is missed may have gone
    /// from a page that was not read yet to one that had been, or it could not be read again.
    case moving
}

/// `run.completed`, `run.suspect`, `run.failed`.
public struct RunEnded: EventData, Codable {
    /// One page, topic list or item that could not be fetched or understood.
    public struct Failure: Codable, Sendable, Equatable {
        public var url: String
        public var topic: String?
        public var page: Int?
        public var reason: String

        public init(url: String, topic: String? = nil, page: Int? = nil, reason: String) {
            self.url = url
            self.topic = topic
            self.page = page
            self.reason = reason
        }
    }

    public var kind: String
    public var observed = 0
    public var changed = 0
    public var unchanged = 0
    public var absent = 0
    public var conflicts = 0
    public var requests = 0
    public var notModified = 0
    public var bytes = 0
    public var seconds: Double = 0
    public var topics: Int?
    public var keyless: Int?
    /// Fields that were there but could not be read as what they should be, and so were left out.
    public var unreadable: Int?
    /// The first few of them.
    public var unreadableFirst: [String]?
    /// Fields that no item has any more, though some had; only of a completed run.
    public var lostFields: [String]?
    /// The present keys that the run did not see, in the order of their bytes; a failed run has none.
    public var missed: [String]?
    /// Where `missed` would be too long for an event: a blob holding it as a JSON array.
    public var missedIn: BlobReference?
    public var suspicions: [Suspicion]?
    /// Of a stock watch: in how many runs in a row an availability must be unknown to be news, as the configuration had it.
    public var unknownAfter: Int?
    public var failures: [Failure]?
    /// How many failures more there were than `failures` lists.
    public var furtherFailures: Int?
    public var error: String?

    public init(kind: String) { self.kind = kind }
}
