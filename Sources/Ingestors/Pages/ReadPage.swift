// What came of one page in a run.

import EventLog
import Observations
import Transport

/// What the run's requests came to.
struct Traffic: Sendable, Equatable {
    var requests = 0
    var notModified = 0
    /// As they were transferred.
    var bytes = 0

    static func += (left: inout Traffic, right: Traffic) {
        left.requests += right.requests
        left.notModified += right.notModified
        left.bytes += right.bytes
    }
}

/// A page that was fetched and understood.
struct ReadPage: Sendable {
    enum Origin: Sendable, Equatable {
        /// Neither the bytes nor the rules changed: what was read last time holds.
        case known
        /// The bytes are new.
        case fresh
        /// The same bytes, read with new rules: nothing happened in the world.
        case reread
    }

    var request: PageRequest
    var page: CachedPage
    var origin: Origin
    /// What the cache had of it.
    var before: CachedPage?
    var fetched: Timestamp
    var traffic: Traffic

    /// Whether the cache must be told.
    var isNews: Bool { origin != .known || page.validators != before?.validators }

    /// Items that stood on the page and do not any more.
    var lost: Set<ItemKey> {
        guard let before, origin != .known else { return [] }
        return Set(before.content.items.map(\.key)).subtracting(page.content.items.map(\.key))
    }
}

/// A page that could not be fetched or understood.
struct FailedPage: Sendable {
    var request: PageRequest
    /// What went wrong, as the end of a sentence.
    var reason: String
    var traffic: Traffic

    /// As the run event has it. The URL is masked: its query may hold a secret of the configuration.
    var failure: RunEnded.Failure {
        RunEnded.Failure(
            url: MaskedURL(request.url).description, topic: request.topic,
            page: request.number > 1 ? request.number : nil,
            reason: reason)
    }
}

/// What came of a page.
enum PageResult: Sendable {
    case read(ReadPage)
    case failed(FailedPage)
}
