// What is held at the moment, by route and group: small, whatever the number of changes in it.

import EventLog

struct Holdings: Sendable {
    struct Key: Hashable, Sendable {
        let route: Int
        /// The subject that is folded, as bytes; nil for what is gathered of the whole reactor.
        let subject: [UInt8]?

        init(route: Int, subject: String?) {
            self.route = route
            self.subject = subject.map { Array($0.utf8) }
        }
    }

    private(set) var groups: [Key: Damping.Group] = [:]
    /// Changes in them.
    private(set) var count = 0
    private var sizes: [Key: Int] = [:]

    subscript(route: Int, subject: String?) -> Damping.Group? { groups[Key(route: route, subject: subject)] }

    /// When the first group is due.
    var next: Timestamp? { groups.values.map(\.until).min() }

    /// Those that are due, what was held first before what was held later.
    func due(at now: Timestamp) -> [Key] {
        groups.filter { $0.value.until <= now }.sorted { left, right in
            guard left.value.since == right.value.since else { return left.value.since < right.value.since }
            guard left.key.route == right.key.route else { return left.key.route < right.key.route }
            return (left.key.subject ?? []).lexicographicallyPrecedes(right.key.subject ?? [])
        }.map(\.key)
    }

    mutating func add(_ hold: Damping.Hold, to key: Key, at now: Timestamp) {
        var group = groups[key] ?? Damping.Group(reason: hold.reason, since: now, until: hold.until)
        group.until = max(group.until, hold.until)
        groups[key] = group
        sizes[key, default: 0] += 1
        count += 1
    }

    /// A group is due at another time.
    mutating func postpone(_ key: Key, until: Timestamp) { groups[key]?.until = until }

    /// As it is on record.
    mutating func restore(_ group: Damping.Group, size: Int, as key: Key) {
        groups[key] = group
        sizes[key] = size
        count += size
    }

    /// So many of a group are being told; the rest, if any, is due as before.
    mutating func remove(_ told: Int, of key: Key) {
        let size = sizes[key] ?? 0
        count -= min(told, size)
        sizes[key] = size - told
        guard size <= told else { return }
        groups[key] = nil
        sizes[key] = nil
    }
}
