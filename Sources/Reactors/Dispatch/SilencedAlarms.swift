// What is held of alarms that are silenced, and told if it still stands when the silence is over: every decision is on record first.

import CanonicalJSON
import EventLog
import Projections

/// Records which changes of alarms are held, and makes the message of what an alarm has come to when its silence ends.
///
/// Unlike what a reactor's damping holds, it is told alone, under its own id, and not at all where the alarm is back where it was.
struct SilencedAlarms: Sendable {
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

    /// When the first silence ends.
    var next: Timestamp? { holdings.next }
    /// Changes that are held.
    var count: Int { holdings.count }

    private mutating func restore() throws(ReactorError) {
        holdings = Holdings()
        for open in try store.openGroups() where open.group.reason == .silenced {
            let index = routes.firstIndex { $0.definition.name == open.reactor && $0.channel == open.channel }
            guard let index else { continue }
            holdings.restore(open.group, size: open.size, as: Holdings.Key(route: index, subject: open.subject))
        }
    }

    /// Records of each job whether it is held. Returns those that are not. What reacts itself is never held back.
    mutating func decide(_ jobs: [Job], on index: Int) async throws(ReactorError) -> [Job] {
        guard case .channel = routes[index].effect else { return jobs }
        let now = pace.now()
        var records: [(NotificationRecord, String?)] = []
        var passed: [Job] = []
        for job in jobs {
            let subject = job.notification.change.subject
            guard job.refusal == nil, let change = job.change?.data,
                let hold = Damping.hold(silenced: change, with: holdings[index, subject])
            else {
                passed.append(job)
                continue
            }
            holdings.add(hold, to: Holdings.Key(route: index, subject: subject), at: now)
            var record = NotificationRecord(.held, job.notification, attempts: 0)
            record.hold = hold.reason
            record.error = change["silenced"].map(NotificationTry.reason) ?? hold.reason.sentence
            record.next = hold.until
            records.append((record, job.cause))
        }
        if records.isEmpty { return passed }
        // Somebody else has recorded one of them: each counts as it is on record.
        if try await !log.isAppended(records, onTopOf: 0, pace, runs) {
            for record in records { _ = try await log.isAppended([record], onTopOf: 0, pace, runs) }
            try store.catchUp()
            try restore()
        }
        try store.catchUp()
        return passed
    }

    /// What is to be told of the alarms whose silence is over, on record and ready.
    ///
    /// - Parameter read: for each route, the first sequence of alarms' changes that it has not read.
    mutating func gather(read: [UInt64]) async throws(ReactorError) -> [(route: Int, job: Job)] {
        let now = pace.now()
        for key in holdings.groups.keys { holdings.postpone(key, until: try end(of: key, at: now)) }
        var jobs: [(route: Int, job: Job)] = []
        for key in holdings.due(at: now) {
            if let job = try await gather(key, read: read[key.route]) { jobs.append((key.route, job)) }
        }
        return jobs
    }

    /// The newest silence counts, which may have been added since. Then quiet hours do.
    private func end(of key: Holdings.Key, at now: Timestamp) throws(ReactorError) -> Timestamp {
        let alarm = Self.alarm(key)
        let silence = try ask { query throws in try query.silence(of: alarm, at: now) }
        let end = silence?.until ?? min(now, holdings.groups[key]?.until ?? now)
        return routes[key.route].damping?.loud(from: max(now, end)) ?? end
    }

    private static func alarm(_ key: Holdings.Key) -> String { String(decoding: key.subject ?? [], as: UTF8.self) }

    private mutating func gather(_ key: Holdings.Key, read: UInt64) async throws(ReactorError) -> Job? {
        let (route, alarm) = (routes[key.route], Self.alarm(key))
        let held = try store.held(
            route.definition.name, route.channel, subject: alarm, areSilenced: true, limit: GatheredChanges.countMax)
        guard let first = held.first, let end = try silenceEnd(of: alarm, from: first, route, read: read) else {
            try restore()
            return nil
        }
        var told: Job?
        var records: [(NotificationRecord, String?)] = []
        for (change, outcome) in zip(held, end.outcomes(of: held.map(\.name.sequence))) {
            let notification = NotificationKey(
                reactor: route.definition.name, channel: route.channel, change: change.name)
            switch outcome {
            case .tell:
                let job = try prepared(notification, route)
                var record = NotificationRecord(.prepared, notification, attempts: 0)
                record.message = job.message
                records.append((record, job.cause))
                told = job
            case .drop(let reason):
                var record = NotificationRecord(.held, notification, attempts: 0)
                record.error = reason
                records.append((record, nil))
            }
        }
        let isAppended = try await log.isAppended(records, onTopOf: 1, pace, runs)
        try store.catchUp()
        guard isAppended else {
            try restore()
            return nil
        }
        holdings.remove(held.count, of: key)
        return told
    }

    private func silenceEnd(
        of alarm: String, from first: HeldChange, _ route: Route, read: UInt64
    ) throws(ReactorError) -> SilenceEnd? {
        let told = try store.newestTold(route.definition.name, route.channel, first.name)
        return try ask { query throws in
            guard let current = try query.current(alarm, asOf: .recorded(events: read)) else { return nil }
            return SilenceEnd(
                before: try query.beforeSilence(of: alarm, at: first.name.sequence).map(SilenceEnd.State.init),
                told: try told.flatMap { try query.transition(at: $0) }.map(SilenceEnd.State.init),
                current: SilenceEnd.State(current))
        }
    }

    private func ask<Answer>(_ body: (AlarmQuery) throws -> Answer) throws(ReactorError) -> Answer {
        do { return try source.engine.read(Alarms().name) { try body(AlarmQuery($0)) } } catch {
            throw .projection("\(error)")
        }
    }

    /// The change as it is always told, under the id that it always has. Of one that its projection does not know any more there
    /// is no message, and it is parked with that reason.
    private func prepared(_ notification: NotificationKey, _ route: Route) throws(ReactorError) -> Job {
        var job = Job(notification)
        // On top of the record that it is held, and of this one.
        job.revision = 2
        guard case .channel(let channel) = route.effect, let change = try source.change(notification.change) else {
            return job
        }
        job.cause = change.data["event"]?.stringValue
        let (body, type) = route.definition.rendered(change, as: channel.form, key: notification.key)
        job.message = try log.keep(body, type)
        return job
    }
}

extension SilenceEnd.State {
    fileprivate init(_ row: AlarmRow) { self.init(sequence: row.sequence, name: row.state) }
}
