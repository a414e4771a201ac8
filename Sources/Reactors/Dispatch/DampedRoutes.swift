// What is held back and what is told, for routes that have damping: every decision is on record before anything comes of it.

import CanonicalJSON
import EventLog
import Projections

/// Records which changes are held and which are told now, and makes one message of what has become due.
///
/// Whether a change is told alone or with others depends on the moment. So that is recorded before the first try, with the message:
/// whoever goes on after a crash sends the same bytes under the same id, whatever the time and the settings are then.
struct DampedRoutes: Sendable {
    private let routes: [Route]
    private let store: DeliveryStore
    private let source: ChangeSource
    private let log: EventLog
    private let pace: Pace
    private let runs: EventIDPool
    private var holdings = Holdings()

    init(
        _ routes: [Route], store: DeliveryStore, source: ChangeSource, log: EventLog, pace: Pace, runs: EventIDPool
    ) throws(ReactorError) {
        self.routes = routes
        self.store = store
        self.source = source
        self.log = log
        self.pace = pace
        self.runs = runs
        try restore()
    }

    /// When something that is held is due.
    var next: Timestamp? { holdings.next }
    /// Changes that are held.
    var count: Int { holdings.count }

    /// Whether something is held of a route's reactor as a whole.
    func holdsOfReactor(_ route: Int) -> Bool { holdings[route, nil] != nil }

    /// What is held under settings that are gone is due at once.
    private mutating func restore() throws(ReactorError) {
        holdings = Holdings()
        for open in try store.openGroups() where open.group.reason != .silenced {
            let index = routes.firstIndex { $0.definition.name == open.reactor && $0.channel == open.channel }
            guard let index else { continue }
            var group = open.group
            if routes[index].damping?.knows(group.reason) != true { group.until = min(group.until, pace.now()) }
            holdings.restore(group, size: open.size, as: Holdings.Key(route: index, subject: open.subject))
        }
    }

    // MARK: New changes

    /// Records of each job whether it is held or told now. Returns those that are told, which are on record.
    mutating func decide(_ jobs: [Job], on index: Int) async throws(ReactorError) -> [Job] {
        guard let damping = routes[index].damping else { return jobs }
        let now = pace.now()
        var earlier = EarlierChanges(route: routes[index], store: store, log: log)
        var records: [(NotificationRecord, String?)] = []
        var told: [Job] = []
        for var job in jobs {
            guard job.refusal == nil, let change = job.change else {
                told.append(job)
                continue
            }
            let subject = job.notification.change.subject
            var sighting = Damping.Sighting(
                time: change.data["time"]?.stringValue.flatMap { Timestamp($0) } ?? now,
                ofReactor: holdings[index, nil], ofSubject: holdings[index, subject])
            if let flapping = damping.flapping {
                sighting.earlier = try earlier.before(job.notification.change, at: sighting.time, limit: flapping.count)
            }
            if let hold = damping.hold(sighting, at: now) {
                let key = Holdings.Key(route: index, subject: hold.reason == .damped ? subject : nil)
                holdings.add(hold, to: key, at: now)
                records.append((Self.held(job, hold), job.cause))
            } else {
                try prepare(&job, change, routes[index])
                records.append((Self.prepared(job), job.cause))
                told.append(job)
            }
        }
        let refused = try await append(records)
        return told.filter { !refused.contains($0.notification.id) }
    }

    private static func held(_ job: Job, _ hold: Damping.Hold) -> NotificationRecord {
        var record = NotificationRecord(.held, job.notification, attempts: 0)
        record.hold = hold.reason
        record.error = hold.reason.sentence
        record.next = hold.until
        return record
    }

    private static func prepared(_ job: Job) -> NotificationRecord {
        var record = NotificationRecord(.prepared, job.notification, attempts: 0)
        record.message = job.message
        return record
    }

    private func prepare(_ job: inout Job, _ change: Change, _ route: Route) throws(ReactorError) {
        guard case .channel(let channel) = route.effect else { return }
        let (body, type) = route.definition.rendered(change, as: channel.form, key: job.notification.key)
        job.message = try log.keep(body, type)
        job.change = nil
        job.revision = 1
    }

    // MARK: What is due

    /// Groups that are gathered in one turn of the loop, which does nothing else meanwhile.
    private static let groupsAtOnce = 64

    /// One message for each group that is due, on record and ready to be told. What is left of them is due in the next turn.
    mutating func gather() async throws(ReactorError) -> [(route: Int, job: Job)] {
        var jobs: [(route: Int, job: Job)] = []
        for key in holdings.due(at: pace.now()).prefix(Self.groupsAtOnce) {
            if let job = try await gather(key) { jobs.append((key.route, job)) }
        }
        return jobs
    }

    private mutating func gather(_ key: Holdings.Key) async throws(ReactorError) -> Job? {
        let route = routes[key.route]
        let subject = key.subject.map { String(decoding: $0, as: UTF8.self) }
        let held = try store.held(
            route.definition.name, route.channel, subject: subject, limit: GatheredChanges.countMax)
        guard let first = held.first, let group = holdings.groups[key] else {
            try restore()
            return nil
        }
        let name = ChangeName(
            projection: GatheredChanges.projection, sequence: first.sequence, kind: GatheredChanges.kind,
            subject: subject ?? route.definition.name)
        var job = Job(NotificationKey(reactor: route.definition.name, channel: route.channel, change: name))
        job.message = try message(of: held, group.reason, route, job.notification)
        job.revision = 1
        var record = Self.prepared(job)
        record.gathers = held.map(\.id)
        guard try await append([(record, nil)]).isEmpty else { return nil }
        holdings.remove(held.count, of: key)
        return job
    }

    private func message(
        of held: [HeldChange], _ reason: Damping.Reason, _ route: Route, _ notification: NotificationKey
    ) throws(ReactorError) -> NotificationRecord.Message? {
        guard case .channel(let channel) = route.effect, let first = held.first, let last = held.last else {
            return nil
        }
        var listing = ChangeListing()
        var only: Change?
        for change in held where !listing.isFull {
            let known = try source.change(change.name)
            // Of a change that its projection does not know any more there is its name.
            listing.add(known?.data ?? change.name.json)
            if held.count == 1 { only = known }
        }
        let definition = route.definition
        // To people one change alone is told as it always is.
        if let only, channel.form != .cloudEvent, definition.digestMessage == nil, definition.digestSubject == nil {
            let (body, type) = definition.rendered(only, as: channel.form, key: notification.key)
            return try log.keep(body, type)
        }
        let gathered = GatheredChanges(
            reactor: definition.name, channel: route.channel, reason: reason, subject: notification.change.subject,
            count: held.count, since: first.time, until: last.time, listed: listing.changes)
        let (body, type) = definition.rendered(
            gathered, as: channel.form, key: notification.key, id: notification.id)
        return try log.keep(body, type)
    }

    // MARK: The record

    /// All of them in one commit. Returns the ids of those that somebody else has recorded something of meanwhile.
    private mutating func append(
        _ records: [(NotificationRecord, String?)]
    ) async throws(ReactorError) -> Set<String> {
        guard !records.isEmpty else { return [] }
        if try await log.isAppended(records, onTopOf: 0, pace, runs) {
            try store.catchUp()
            return []
        }
        var refused: Set<String> = []
        for record in records where try await !log.isAppended([record], onTopOf: 0, pace, runs) {
            refused.insert(record.0.notification.id)
        }
        try store.catchUp()
        try restore()
        return refused
    }
}

/// When earlier changes of subjects were, of those that a route has been told or holds back: by the record, and within one page.
private struct EarlierChanges {
    let route: Route
    let store: DeliveryStore
    let log: EventLog
    private var times: [[UInt8]: [Timestamp]] = [:]

    init(route: Route, store: DeliveryStore, log: EventLog) {
        self.route = route
        self.store = store
        self.log = log
    }

    /// The newest so many before this one, which is the newest from here on.
    mutating func before(
        _ name: ChangeName, at time: Timestamp, limit: Int
    ) throws(ReactorError) -> [Timestamp] {
        let subject = Array(name.subject.utf8)
        let known = if let times = times[subject] { times } else { try recorded(name, limit) }
        times[subject] = Array((known + [time]).suffix(limit))
        return known
    }

    private func recorded(_ name: ChangeName, _ limit: Int) throws(ReactorError) -> [Timestamp] {
        let sequences = try store.earlier(
            route.definition.name, route.channel, name.subject, before: name.sequence, limit: limit)
        var times: [Timestamp] = []
        do throws(LogError) {
            for sequence in sequences.reversed() {
                if let event = try log.event(at: sequence) { times.append(event.time) }
            }
        } catch {
            throw .log(error)
        }
        return times
    }
}

extension EventLog {
    /// Puts decisions on record in one commit, each with its cause. False, with nothing recorded, where somebody else has recorded
    /// something of one of them.
    ///
    /// - Parameter revision: how many records there are of each so far.
    func isAppended(
        _ records: [(NotificationRecord, String?)], onTopOf revision: Int, _ pace: Pace, _ runs: EventIDPool
    ) async throws(ReactorError) -> Bool {
        let now = pace.now()
        let ids = runs.take(at: now)
        defer { runs.giveBack(ids) }
        do {
            _ = try await append(
                records.map { record, cause in record.draft(id: ids.next(), time: now, cause: cause) },
                conditions: records.map { .revision(of: $0.0.notification.stream, is: revision) })
            return true
        } catch {
            if case .conditionFailed = error { return false }
            throw .log(error)
        }
    }

    /// Keeps a message as a blob.
    func keep(_ body: [UInt8], _ type: String) throws(ReactorError) -> NotificationRecord.Message {
        do {
            let blob = try blobs.put(body)
            return NotificationRecord.Message(digest: blob.digest, size: blob.size, type: type)
        } catch {
            throw .log(error)
        }
    }
}
