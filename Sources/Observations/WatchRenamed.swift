// A watch's names. Names are identities, so that a watch has another one is a thing to remember. Subject: the new name.

import CanonicalJSON
import EventLog

/// `watch.renamed`: from here on the watch that was called `was` is called by the subject, and everything known of it goes on.
public struct WatchRenamed: EventData, Codable {
    /// The name that it had until then.
    public var was: String

    public init(was: String) { self.was = was }

    public static let type = "watch.renamed"
}

/// Every name that one watch has had, as the log has it.
package struct WatchNames: Sendable, Equatable {
    /// Oldest first; one alone where it was never renamed.
    package let all: [String]
    /// The one that it has.
    package let current: String

    /// What stays the same whatever it is called: leases and caches go by it.
    package var first: String { all[0] }

    /// The watch that has, or had, this name.
    package init(of name: String, in log: EventLog) throws(LogError) {
        self = try WatchNames.renamed(in: log).first { $0.has(name) } ?? WatchNames(only: name)
    }

    /// A watch that was never renamed.
    package init(only name: String) {
        all = [name]
        current = name
    }

    fileprivate init(all: [String], current: String) {
        self.all = all
        self.current = current
    }

    package func has(_ name: String) -> Bool { all.contains { $0.utf8.elementsEqual(name.utf8) } }

    /// The watches that were ever renamed.
    package static func renamed(in log: EventLog) throws(LogError) -> [WatchNames] {
        var sequences: [UInt64] = []
        for head in try log.heads(family: "watch", subjectPrefix: "") {
            sequences += try log.sequences(of: head.stream)
        }
        var watches: [WatchNames] = []
        for sequence in sequences.sorted() {
            guard let event = try log.event(at: sequence), event.type == WatchRenamed.type,
                let was = event.data["was"]?.stringValue
            else { continue }
            watches = watches.taking(was, as: event.subject)
        }
        return watches
    }
}

extension [WatchNames] {
    /// With one more renaming; two watches that were made one stay one.
    fileprivate func taking(_ was: String, as name: String) -> [WatchNames] {
        let own = filter { $0.has(was) || $0.has(name) }
        var all = own.flatMap(\.all)
        for one in [was, name] where !all.contains(where: { $0.utf8.elementsEqual(one.utf8) }) { all.append(one) }
        return filter { !$0.has(was) && !$0.has(name) } + [WatchNames(all: all, current: name)]
    }
}
