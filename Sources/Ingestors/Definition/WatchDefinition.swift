// A watch as the configuration defines it, compiled: what to fetch, how to read it, what to expect.

import Extraction
import Transport

/// Everything that one look at a watch needs to know.
public struct WatchDefinition: Sendable {
    /// The watch's identity: its subject in the log, and the part of its items' subjects before the slash.
    public var name: String
    public var kind: WatchKind
    public var topics: Topics?
    public var fetch: Fetch
    public var rules: WatchRules
    public var expect: Expectation
    public var keep: KeepEvidence
    /// Of stock: in how many runs in a row an item's availability must be unknown to be news. The run event says it, since what is derived
    /// from a run knows events only.
    public var unknownAfter: Int?

    public init(
        name: String, kind: WatchKind, topics: Topics? = nil, fetch: Fetch, rules: ItemRules,
        expect: Expectation = Expectation(), keep: KeepEvidence = .changed, unknownAfter: Int? = nil
    ) {
        self.name = name
        self.kind = kind
        self.topics = topics
        self.fetch = fetch
        self.rules = .items(rules)
        self.expect = expect
        self.keep = keep
        self.unknownAfter = unknownAfter
    }

    /// A watch of one page's text.
    public init(name: String, fetch: Fetch, text: TextRules, keep: KeepEvidence = .changed) {
        self.name = name
        kind = .page
        self.fetch = fetch
        rules = .page(text)
        expect = Expectation()
        self.keep = keep
    }

    /// Where the watch's topics are listed.
    public struct Topics: Sendable {
        public var url: String
        public var rules: TopicRules

        public init(url: String, rules: TopicRules) {
            self.url = url
            self.rules = rules
        }
    }

    /// How the watch's pages are fetched.
    public struct Fetch: Sendable {
        /// May have `{topic}` and `{page}` in it; pages are counted from 1, until one is empty.
        public var url: URLTemplate
        /// Sent with every request, the topic list's too.
        public var headers: HTTPHeaders
        public var rate: Rate?
        /// Tries after the first one.
        public var retries: Int
        public var limits: Limits
        /// So many topics at a time.
        public var concurrency: Int
        /// A topic with more pages than this fails the run: a site that never ends must end somewhere.
        public var pagesMax: Int

        public init(
            url: URLTemplate, headers: HTTPHeaders = [], rate: Rate? = nil, retries: Int = 3, limits: Limits = Limits(),
            concurrency: Int = 4, pagesMax: Int = 1000
        ) {
            self.url = url
            self.headers = headers
            self.rate = rate
            self.retries = retries
            self.limits = limits
            self.concurrency = concurrency
            self.pagesMax = pagesMax
        }
    }
}

/// How the watch's pages are read: as a list of items, or as one text.
public enum WatchRules: Sendable {
    case items(ItemRules)
    case page(TextRules)
}

/// Which pages' bytes are kept as evidence.
public enum KeepEvidence: String, Sendable, CaseIterable {
    /// Those on which something that is read has changed.
    case changed
    /// Every page whose bytes are new.
    case all
    case none
}
