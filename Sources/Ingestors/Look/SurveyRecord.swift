// What the events of a live run say about the pages that it fetched.

import EventLog
import Observations

extension Survey {
    /// - Parameter isKept: whether these bytes are among the blobs.
    func origin(watch: String, configuration: String?, isKept: (Digest) -> Bool) -> RunOrigin {
        RunOrigin(
            source: "/watches/\(watch)",
            pages: pages.map { page in
                RunOrigin.Page(
                    time: page.fetched, isReread: page.origin == .reread,
                    evidence: isKept(page.page.bytes) ? page.page.bytes.reference : nil)
            },
            misread: configuration == nil ? [] : lostByReading)
    }

    private var lostByReading: Set<ItemKey> {
        var byReading: Set<ItemKey> = []
        var byChange: Set<ItemKey> = []
        for page in pages {
            if page.origin == .reread { byReading.formUnion(page.lost) } else { byChange.formUnion(page.lost) }
        }
        return byReading.subtracting(byChange)
    }

    /// So many failures are listed one by one.
    private static let failuresMax = 100

    /// The run event's data, but for what it missed.
    func summary(of decision: Decision, _ definition: WatchDefinition, seconds: Double) -> RunEnded {
        var summary = RunEnded(decision, of: definition)
        summary.requests = traffic.requests
        summary.notModified = traffic.notModified
        summary.bytes = traffic.bytes
        summary.seconds = seconds
        summary.topics = topics
        summary.keyless = keyless > 0 ? keyless : nil
        if unreadable > 0 {
            summary.unreadable = unreadable
            summary.unreadableFirst = Array(
                pages.lazy.flatMap(\.page.content.unreadableFirst).prefix(PageContent.unreadableFirstMax))
        }
        if decision.failed {
            summary.failures = failures.prefix(Self.failuresMax).map(\.failure)
            let further = failures.count - Self.failuresMax
            summary.furtherFailures = further > 0 ? further : nil
            summary.error = error(definition)
        }
        return summary
    }

    /// One sentence: how much failed, where first, and why.
    private func error(_ definition: WatchDefinition) -> String? {
        guard let first = failures.first else { return nil }
        let failure = first.failure
        let topic = failure.topic.map { ", topic \($0)" } ?? ""
        let page = failure.page.map { ", page \($0)" } ?? ""
        if topicList == nil, definition.topics != nil {
            return "the list of topics at \(failure.url) failed: \(failure.reason)"
        }
        if definition.kind == .page { return "\(failure.url): \(failure.reason)" }
        let all = pages.count + failures.count
        return "\(failures.count) of \(all) pages failed: \(failure.url)\(topic)\(page): \(failure.reason)"
            + (failures.count > 1 ? " (the first of them)" : "")
    }
}
