// The thin shell around the queues: reads changes into them, starts what they let go, and waits for what comes first.

import EventLog
import Projections

struct DispatchLoop: Sendable {
    let mailbox = Mailbox()
    private let routes: [Route]
    private let store: DeliveryStore
    private let source: ChangeSource
    private let log: EventLog
    private var alarms: AlarmBoard?
    private var damped: DampedRoutes
    private var silenced: SilencedAlarms
    private let pace: Pace
    private let tries: NotificationTry
    /// When to stop beginning anything; nil for a service that goes on.
    private let deadline: Timestamp?

    private var lanes: Lanes<Job>
    /// All jobs in the lanes.
    private var admissions = Admissions()
    /// For each route and projection, the first sequence that has not been read.
    private var cursors: [[UInt64]]
    /// For each route, how many jobs in the lanes are before the end of their first try.
    private var untried: [Int]
    /// For each route, whether all of it is told one after the other: a message may be about many subjects.
    private var isInOneRow: [Bool]
    /// How long the log was when the projections last caught up.
    private var end: UInt64 = 0
    /// For each projection, how far it has come.
    private var ends: [UInt64]
    private var isBehind = true
    private var isStopping = false
    private var failure: ReactorError?
    private var wakeUp = WakeUp()
    private var report = DispatchReport()
    private var questions = OpenQuestions()

    /// Reading pauses while a route has so many notifications before their first try.
    static let window = 512
    /// Seconds that what is under way is given once the loop is to stop.
    static let grace = 8.0
    /// Seconds between two looks at a log that keeps growing, not least from our own records.
    static let newsInterval = 0.05

    init(
        routes: [Route], store: DeliveryStore, source: ChangeSource, log: EventLog, alarms: AlarmBoard? = nil,
        pace: Pace, tries: NotificationTry, damped: DampedRoutes, silenced: SilencedAlarms,
        deadline: Timestamp?
    ) throws(ReactorError) {
        self.routes = routes
        self.store = store
        self.source = source
        self.log = log
        self.alarms = alarms
        self.pace = pace
        self.deadline = deadline
        self.tries = tries
        lanes = Lanes(limits: routes.map(\.effect.concurrency))
        ends = source.projections.map { _ in 0 }
        untried = routes.map { _ in 0 }
        self.damped = damped
        self.silenced = silenced
        try store.catchUp()
        let gathered = try store.unsettled().map(\.notification).filter { $0.change.kind == GatheredChanges.kind }
        isInOneRow = routes.indices.map { index in
            let (name, channel) = (routes[index].definition.name, routes[index].channel)
            return routes[index].damping?.gathersSubjects == true || damped.holdsOfReactor(index)
                || gathered.contains { $0.reactor == name && $0.channel == channel && $0.change.subject == name }
        }
        let started = try store.reactors()
        cursors = []
        for route in routes {
            let name = route.definition.name
            let saved = try store.positions(name, route.channel)
            // `start` comes before driving; a reactor that it left out is told nothing.
            let first = started[name]?.position(of: route.channel) ?? .max
            cursors.append(source.projections.map { saved[$0] ?? first })
        }
    }

    mutating func run() async -> Result<DispatchReport, ReactorError> {
        var signals = mailbox.signals.makeAsyncIterator()
        await withDiscardingTaskGroup { group in
            do throws(ReactorError) {
                try admitUnsettled()
                if deadline == nil { watch(&group) }
                while true {
                    if !isStopping { try await advance(&group) }
                    answerSettled()
                    if isDone() { break }
                    setWakeUp()
                    guard let signal = await signals.next() else { break }
                    try take(signal, &group)
                }
                try savePositions()
                try alarms?.save()
            } catch {
                failure = failure ?? error
            }
            wakeUp.cancel()
            group.cancelAll()
        }
        questions.answerAll(with: reportNow)
        return failure.map { .failure($0) } ?? .success(reportNow)
    }

    // MARK: One turn

    private mutating func advance(_ group: inout DiscardingTaskGroup) async throws(ReactorError) {
        if let deadline, pace.now() >= deadline {
            isStopping = true
            return
        }
        if lanes.count == 0, deadline != nil, try logEnd() > end { isBehind = true }
        if isBehind || alarms?.next.map({ $0 <= pace.now() }) == true { try await catchUp() }
        for (route, job) in try await damped.gather() { admit(job, to: route) }
        for route in routes.indices { try await refill(route) }
        // What has come to an alarm since its silence ended counts as well, so it has been read before.
        for (route, job) in try await silenced.gather(read: alarmsRead) { admit(job, to: route) }
        let now = pace.now()
        while let (lane, job) = lanes.next(at: now) {
            let route = routes[lane.route]
            // What was to be told already, or failed, waits for the end of quiet hours too; what was asked for by hand does not.
            if !job.isLate, job.refusal == nil, let end = route.damping?.quiet?.end(from: now) {
                lanes.postponed(lane, as: job, until: end)
                continue
            }
            group.addTask { [tries, mailbox] in
                mailbox.post(.finished(lane, job, await tries.result(of: job, on: route)))
            }
        }
    }

    /// What alarms come to is told like anything else, so they are evaluated first.
    private mutating func catchUp() async throws(ReactorError) {
        isBehind = false
        var hasNews = true
        while hasNews {
            let reached = try logEnd()
            ends = try await source.catchUp()
            end = reached
            guard var board = alarms else { return }
            let own = zip(source.projections, ends).filter { AlarmBoard.projections.contains($0.0) }.map(\.1)
            let isWhole = own.count == AlarmBoard.projections.count && own.allSatisfy { $0 >= reached }
            hasNews = try await board.evaluate(at: pace.now(), reached: isWhole ? own.min() : nil)
            alarms = board
        }
    }

    private func isDone() -> Bool {
        guard lanes.underWay == 0 else { return false }
        if isStopping { return true }
        guard let deadline else { return false }
        // Nothing that waits will be due in time.
        return nextDue.map { $0 > deadline } ?? true
    }

    private mutating func take(_ signal: Signal, _ group: inout DiscardingTaskGroup) throws(ReactorError) {
        switch signal {
        case .finished(let lane, let job, let result): try finish(lane, job, result, &group)
        case .timer: wakeUp.heard()
        case .news:
            mailbox.heardNews()
            isBehind = true
            try store.catchUp()
            try admitUnsettled()
        case .ask(let request): note(request, &group)
        case .stop: stop(&group)
        case .graceOver: group.cancelAll()
        case .broken(let error):
            failure = failure ?? error
            stop(&group)
        }
    }

    private mutating func finish(
        _ lane: LaneID, _ job: Job, _ result: Result<NotificationTry.Result, ReactorError>,
        _ group: inout DiscardingTaskGroup
    ) throws(ReactorError) {
        switch result {
        case .success(.settled(let kind)):
            count(kind)
            try settle(lane, job)
        case .success(.again(let later, let due)):
            report.failed += 1
            if job.isWaitedFor { untried[lane.route] -= 1 }
            lanes.postponed(lane, as: later, until: due)
        case .success(.overtaken): try followOvertaker(lane, job)
        case .success(.interrupted): lanes.postponed(lane, as: job, until: pace.now().adding(seconds: 1))
        case .failure(let error):
            // The effect may have happened without a record: at least once. Nothing more is begun.
            failure = failure ?? error
            stop(&group)
            lanes.postponed(lane, as: job, until: pace.now())
        }
    }

    private mutating func count(_ kind: NotificationRecord.Kind) {
        switch kind {
        case .delivered: report.delivered += 1
        case .parked: report.parked += 1
        case .held: report.held += 1
        case .failed, .retried, .prepared: break
        }
    }

    private mutating func settle(_ lane: LaneID, _ job: Job) throws(ReactorError) {
        if job.isWaitedFor { untried[lane.route] -= 1 }
        lanes.settled(lane)
        guard admissions.remove(job.notification.id) else { return }
        try store.catchUp()
        guard let current = try store.named(job.notification.id).first, !current.state.isFinal else { return }
        admit(Job(current), to: lane.route, due: current.next)
    }

    /// What somebody else recorded meanwhile counts.
    private mutating func followOvertaker(_ lane: LaneID, _ job: Job) throws(ReactorError) {
        try store.catchUp()
        let current = try store.named(job.notification.id).first
        guard let current, !current.state.isFinal else { return try settle(lane, job) }
        if job.isWaitedFor { untried[lane.route] -= 1 }
        var later = Job(current)
        later.isWaitedFor = false
        lanes.postponed(lane, as: later, until: current.next ?? pace.now())
    }

    private mutating func stop(_ group: inout DiscardingTaskGroup) {
        guard !isStopping else { return }
        isStopping = true
        let limit = pace.now().adding(seconds: Self.grace)
        group.addTask { [pace, mailbox] in
            guard (try? await pace.sleep(limit)) != nil else { return }
            mailbox.post(.graceOver)
        }
    }

    // MARK: Questions

    private mutating func note(_ request: SettlingRequest, _ group: inout DiscardingTaskGroup) {
        questions.note(request, before: report)
        isBehind = true
        group.addTask { [pace, mailbox] in
            guard (try? await pace.sleep(request.deadline)) != nil else { return }
            mailbox.post(.timer)
        }
    }

    private mutating func answerSettled() {
        guard !questions.isEmpty else { return }
        // A copy: what is settled is asked of the whole loop.
        var questions = questions
        questions.answer(at: pace.now(), with: reportNow, where: isSettled)
        self.questions = questions
    }

    private func isSettled(_ request: SettlingRequest) -> Bool {
        guard end >= request.end, lanes.underWay == 0, hasReadAll else { return false }
        return nextDue.map { $0 > request.deadline } ?? (lanes.count == 0)
    }

    /// When something that waits in the queues, or is held, is due.
    private var nextDue: Timestamp? { [lanes.earliest, damped.next, silenced.next].compactMap(\.self).min() }

    private var hasReadAll: Bool { cursors.allSatisfy { zip($0, ends).allSatisfy { $0 >= $1 } } }

    private var reportNow: DispatchReport {
        var now = report
        now.waiting = lanes.count
        now.gathering = damped.count + silenced.count
        now.next = nextDue
        return now
    }

    // MARK: What is to be told

    /// What was tried before, or asked for again by hand.
    private mutating func admitUnsettled() throws(ReactorError) {
        for delivery in try store.unsettled() {
            let route = routes.firstIndex {
                $0.definition.name == delivery.notification.reactor && $0.channel == delivery.notification.channel
            }
            // What a reactor or a channel that is no longer configured has left stays where it is.
            guard let route else { continue }
            admit(Job(delivery), to: route, due: delivery.next)
        }
    }

    private mutating func admit(_ job: Job, to route: Int, due: Timestamp? = nil) {
        guard admissions.insert(job.notification.id) else { return }
        if job.isWaitedFor { untried[route] += 1 }
        let subject = isInOneRow[route] ? "" : job.notification.change.subject
        lanes.admit(job, to: LaneID(route: route, subject: subject), due: due)
    }

    private mutating func refill(_ index: Int) async throws(ReactorError) {
        let route = routes[index]
        let starts = cursors[index]
        while untried[index] < Self.window / 2 {
            let (changes, upTo) = try source.page(from: cursors[index], to: ends)
            if upTo == cursors[index] { break }
            var recorded: Set<String> = []
            if let first = changes.first?.sequence, let last = changes.last?.sequence {
                recorded = try store.recorded(route.definition.name, route.channel, first...last)
            }
            var jobs = changes.compactMap { job(for: $0, route, recorded) }
            jobs = try await silenced.decide(jobs, on: index)
            if route.damping != nil { jobs = try await damped.decide(jobs, on: index) }
            for job in jobs { admit(job, to: index) }
            cursors[index] = upTo
        }
        if cursors[index] != starts { try savePositions() }
    }

    /// For each route, how far it has read the changes of alarms.
    private var alarmsRead: [UInt64] {
        let index = source.projections.firstIndex(of: Alarms().name)
        return cursors.map { cursors in index.map { cursors[$0] } ?? 0 }
    }

    /// Nothing where it is not to be told, or is on record already.
    private func job(for change: Change, _ route: Route, _ recorded: Set<String>) -> Job? {
        guard route.selection.concerns(kind: change.kind, origin: change.origin) else { return nil }
        let notification = route.key(change)
        guard !recorded.contains(notification.id), !admissions.contains(notification.id) else { return nil }
        var job = Job(notification, change: change)
        switch route.selection.answer(change.data) {
        case .chosen: break
        case .passedOver: return nil
        case .undecided(let reason): job.refusal = reason
        }
        return job
    }

    /// A route's place: everything before it that was chosen has a record.
    private func savePositions() throws(ReactorError) {
        var places = cursors
        lanes.forEach { lane, job in
            guard !job.isRecorded,
                let projection = source.projections.firstIndex(of: job.notification.change.projection)
            else { return }
            let place = min(places[lane.route][projection], job.notification.change.sequence)
            places[lane.route][projection] = place
        }
        for (route, places) in zip(routes, places) {
            let positions = zip(source.projections, places).filter { $0.1 != .max }.map { ($0.0, $0.1) }
            try store.save(route.definition.name, route.channel, positions)
        }
    }

    // MARK: Waiting

    private mutating func setWakeUp() {
        // A dispatcher that ends when nothing is due does not wait for what may come.
        let evaluation = deadline == nil ? alarms?.next : nil
        guard !isStopping, let due = [nextDue, evaluation].compactMap(\.self).min() else { return }
        if let deadline, due > deadline { return }
        if let set = wakeUp.time, set <= due { return }
        wakeUp.set(to: due, wait: pace.sleep) { [mailbox] in mailbox.post(.timer) }
    }

    private func watch(_ group: inout DiscardingTaskGroup) {
        group.addTask { [log, pace, mailbox] in
            var seen: UInt64 = 0
            do {
                while !Task.isCancelled {
                    seen = try await log.waitForEnd(beyond: seen)
                    mailbox.post(.news)
                    try await pace.sleep(pace.now().adding(seconds: Self.newsInterval))
                }
            } catch is CancellationError {
            } catch let error as LogError {
                mailbox.post(.broken(.log(error)))
            } catch {
                mailbox.post(.broken(.projection("\(error)")))
            }
        }
    }

    private func logEnd() throws(ReactorError) -> UInt64 {
        do { return try log.end() } catch { throw .log(error) }
    }
}
