// The service's one loop: it starts the looks that are due or asked for, keeps a dispatcher going, takes up a new
// configuration, and stops in order. What it decides with is in LookPlan and CheckDesk; this is the shell around them.

import EventLog
import Ingestors
import Logging
import Reactors

struct ServiceLoop {
    let mailbox = ServiceMailbox()
    private var lookout: Lookout
    private var plan: LookPlan
    private var desk = CheckDesk()
    private let tell: Telling
    private let clock: ServiceClock
    private let logger: Logger
    private let notifier: SystemNotifier
    /// Reads and checks the configuration anew.
    private let reread: @Sendable () throws -> Configuration

    private var dispatching: Task<Void, Never>?
    private var isDispatching = false
    private var dispatchFailures = 0
    /// When the present dispatcher was begun, or tried to be; as `Moment.elapsed`.
    private var dispatchBegan = 0.0
    /// When to try again to dispatch, where it ended by itself or another process has the lease.
    private var dispatchAgain: Double?
    /// The checks whose looks are done while nobody was there to tell what came of them; times as `Moment.elapsed`.
    private var untold: [(number: Int, until: Double, again: Double)] = []
    /// What is taken up once the present dispatcher has ended. Until then nothing is begun: what is new to the other is not to be missed.
    private var takeover: Takeover?
    private var isStopping = false
    private var wakeUp = WakeUp()
    private var failure: Failure?

    /// Seconds that looks under way are given when the service is to stop. The dispatcher has eight of its own at the same time;
    /// ten are promised in all.
    static let graceSeconds = 7.0
    /// A dispatcher that went on for so long before it failed was sound.
    static let soundSeconds = 600.0
    /// How often it is looked whether somebody is there again to tell what checks wait for.
    private static let untoldSeconds = 0.05

    init(
        _ lookout: Lookout, tell: Telling, clock: ServiceClock, logger: Logger, notifier: SystemNotifier,
        reread: @escaping @Sendable () throws -> Configuration
    ) throws {
        self.lookout = lookout
        self.tell = tell
        self.clock = clock
        self.logger = logger
        self.notifier = notifier
        self.reread = reread
        plan = LookPlan(atOnceMax: lookout.configuration.looksAtOnce)
        takeSchedules(lastRuns: try lookout.lastRuns())
    }

    /// Goes on until told to stop, or until the data turns out to be damaged, which is thrown.
    mutating func run() async throws {
        var signals = mailbox.signals.makeAsyncIterator()
        await withDiscardingTaskGroup { group in
            await startDispatching(&group)
            while true {
                await begin(&group)
                if isStopping, plan.underWay.isEmpty, !isDispatching { break }
                setWakeUp()
                guard let signal = await signals.next() else { break }
                await take(signal, &group)
            }
            wakeUp.cancel()
            group.cancelAll()
        }
        desk.refuseAll(Failure(.world, "the running daybook was stopped before this check was done; check again"))
        if let failure { throw failure }
    }

    // MARK: One turn

    private mutating func begin(_ group: inout DiscardingTaskGroup) async {
        guard !isStopping else { return }
        let now = clock.now()
        if takeover == nil, let again = dispatchAgain, again <= now.elapsed { await startDispatching(&group) }
        plan.fallDue(at: now)
        while takeover == nil, let name = plan.next(at: now) { look(at: name, &group) }
        settleUntold(&group)
    }

    private mutating func look(at name: String, _ group: inout DiscardingTaskGroup) {
        guard let watch = lookout.configuration.watches.first(where: { $0.name == name }) else {
            plan.ended(name, at: clock.now())
            return
        }
        desk.began(name)
        group.addTask { [lookout, mailbox] in
            mailbox.post(.lookEnded(watch: name, await lookout.look(at: watch)))
        }
    }

    private mutating func take(_ signal: ServiceSignal, _ group: inout DiscardingTaskGroup) async {
        switch signal {
        case .timer: wakeUp.heard()
        case .lookEnded(let watch, let result): lookEnded(watch, result, &group)
        case .dispatchEnded(let result): await dispatchEnded(result, &group)
        case .ask(let request, let answer): ask(request, answer)
        case .settled(let number, let until, let report): checkSettled(number, until, report)
        case .beat(let answer): answer()
        case .describe(let answer): answer(state)
        case .reload: await reload(&group)
        case .stop: stop(&group)
        case .graceOver: group.cancelAll()
        }
    }

    private var state: ServiceState {
        ServiceState(
            configuration: lookout.configuration, place: Place(log: lookout.log, engine: lookout.engine),
            isTelling: isDispatching, looksUnderWay: plan.underWay.sorted(), isStopping: isStopping,
            now: clock.now().wall)
    }

    private mutating func setWakeUp() {
        let moment = clock.now()
        let now = moment.wall
        // Looked at the clock often enough that one that was set is noticed.
        let limit = now.adding(seconds: ServiceClock.waitSecondsMax)
        let again = dispatchAgain.map { now.adding(seconds: $0 - moment.elapsed) }
        let untold = untold.map(\.again).min().map { now.adding(seconds: $0 - moment.elapsed) }
        let due = isStopping ? limit : min(plan.nextDue ?? limit, again ?? limit, untold ?? limit, limit)
        // What has fallen due since this turn began is taken up in the next.
        let time = max(due, now.adding(seconds: 0.02))
        if let set = wakeUp.time, set <= time, set > now { return }
        wakeUp.set(to: time, wait: clock.wait) { [mailbox] in mailbox.post(.timer) }
    }

    // MARK: Looks

    private mutating func takeSchedules(lastRuns: [String: Timestamp]) {
        let configuration = lookout.configuration
        plan.replace(
            configuration.watches.compactMap { watch in
                configuration.schedule(of: watch.name).map { (watch.name, $0) }
            }, lastRuns: lastRuns, watches: configuration.watchSettings.map { ($0.name, $0.was) }, at: clock.now())
    }

    private mutating func lookEnded(
        _ watch: String, _ result: Result<RunReport, IngestError>, _ group: inout DiscardingTaskGroup
    ) {
        if plan.ended(watch, at: clock.now()) {
            logger.warning(
                "the look took longer than until the next one was due, which is left out",
                metadata: ["watch": "\(watch)"])
        }
        let answer = ServiceText.answer(watch, result)
        switch result {
        case .success(let report): ServiceText.log(report, to: logger)
        case .failure(let error):
            logger.log(level: ServiceText.level(of: error), "\(error)", metadata: ["watch": "\(watch)"])
            if case .log(let cause) = error { giveUp(onDamage: cause, &group) }
        }
        let now = clock.now().elapsed
        for check in desk.ended(watch, answer) { settle(check.number, until: now + check.waitSeconds, &group) }
    }

    /// Waits for what the looks have to tell, beside the loop.
    private func settle(_ number: Int, until: Double, _ group: inout DiscardingTaskGroup) {
        let waitSeconds = max(0, until - clock.now().elapsed)
        group.addTask { [lookout, mailbox] in
            let end = (try? lookout.log.end()) ?? 0
            let report = await lookout.dispatcher.settled(through: end, wait: .seconds(waitSeconds))
            mailbox.post(.settled(number, until: until, report))
        }
    }

    private mutating func checkSettled(_ number: Int, _ until: Double, _ report: DispatchReport?) {
        guard let report else {
            let now = clock.now().elapsed
            return untold.append((number, until, again: min(max(until, now), now + Self.untoldSeconds)))
        }
        desk.settled(number, report)
    }

    /// Nobody told for a while: while another configuration was taken up, after a failure, or because another process has the lease.
    private mutating func settleUntold(_ group: inout DiscardingTaskGroup) {
        let now = clock.now().elapsed
        let due = untold.filter { $0.again <= now }
        untold.removeAll { $0.again <= now }
        for check in due {
            if check.until > now {
                settle(check.number, until: check.until, &group)
            } else {
                desk.refuse(check.number, ServiceText.untold(again: dispatchAgain.map { $0 - now }))
            }
        }
    }

    /// While another configuration is being taken up, it is that one that a check has to be of.
    private mutating func ask(_ request: CheckRequest, _ answer: @escaping CheckDesk.Answer) {
        guard takeover == nil else {
            takeover?.checks.append((request, answer))
            return
        }
        accept(request, answer)
    }

    private mutating func accept(_ request: CheckRequest, _ answer: @escaping CheckDesk.Answer) {
        let configuration = lookout.configuration
        guard !isStopping else {
            return answer(.refused(Failure(.world, "the running daybook is stopping; check again")))
        }
        guard request.configuration == Digest.sha256(configuration.normalised) else {
            return answer(.refused(ServiceText.otherConfiguration))
        }
        let known = configuration.watches.map(\.name)
        let names = request.watches.isEmpty ? known : request.watches.filter(known.contains)
        guard !names.isEmpty else { return answer(.done(DispatchReport())) }
        desk.take(names, waitSeconds: request.waitSeconds, answer: answer)
        for name in names.reversed() { plan.ask(for: name) }
    }

    // MARK: Dispatching

    private mutating func startDispatching(_ group: inout DiscardingTaskGroup) async {
        dispatchAgain = nil
        do throws(ReactorError) {
            guard try await lookout.dispatcher.start() else {
                logger.notice("another process is telling what is due; this one begins when that has ended")
                dispatchAgain = clock.now().elapsed + 1
                return
            }
        } catch {
            return dispatchFailed(error, &group)
        }
        isDispatching = true
        dispatchBegan = clock.now().elapsed
        // Not a task of the group: it is cancelled by itself, and then ends in its own time.
        dispatching = Task { [dispatcher = lookout.dispatcher, mailbox] in
            do throws(ReactorError) {
                mailbox.post(.dispatchEnded(.success(try await dispatcher.run())))
            } catch {
                mailbox.post(.dispatchEnded(.failure(error)))
            }
        }
    }

    private mutating func dispatchEnded(
        _ result: Result<DispatchReport, ReactorError>, _ group: inout DiscardingTaskGroup
    ) async {
        isDispatching = false
        guard !isStopping else { return }
        if let takeover { return await takeUp(takeover, &group) }
        switch result {
        case .success: dispatchAgain = clock.now().elapsed
        case .failure(let error): dispatchFailed(error, &group)
        }
    }

    private mutating func dispatchFailed(_ error: ReactorError, _ group: inout DiscardingTaskGroup) {
        let now = clock.now().elapsed
        // One that went well for long has nothing to do with those that failed before it.
        if now - dispatchBegan > Self.soundSeconds { dispatchFailures = 0 }
        dispatchFailures += 1
        let seconds = min(300, 5 * Double(1 << min(dispatchFailures - 1, 6)))
        logger.error("notifications: \(error)", metadata: ["again-in-seconds": .stringConvertible(Int(seconds))])
        dispatchAgain = now + seconds
        if case .log(let cause) = error { giveUp(onDamage: cause, &group) }
    }

    // MARK: Reloading and stopping

    /// Takes up the file as it is now; where that cannot be, everything stays as it was.
    private mutating func reload(_ group: inout DiscardingTaskGroup) async {
        guard !isStopping, !mailbox.isStopAsked else { return }
        guard takeover == nil else {
            takeover?.isOutdated = true
            return
        }
        notifier.reloading()
        do {
            let configuration = try reread()
            try lookout.configuration.checkTakesUp(configuration)
            let next = try await lookout.with(configuration, tell: tell)
            // The last thing that can fail: from here on nobody would tell what is due.
            let takeover = Takeover(lookout: next, lastRuns: try next.lastRuns())
            guard isDispatching else { return await takeUp(takeover, &group) }
            self.takeover = takeover
            dispatching?.cancel()
        } catch {
            let reason = Failure(explaining: error)?.sentence ?? "\(error)"
            for sentence in reason.split(separator: "\n") {
                logger.error("the configuration stays as it was: \(sentence)")
            }
            notifier.ready(ServiceText.status(lookout.configuration))
        }
    }

    /// Nobody tells by the former configuration any more.
    private mutating func takeUp(_ next: Takeover, _ group: inout DiscardingTaskGroup) async {
        takeover = nil
        lookout.dispatcher.resign()
        lookout = next.lookout
        let configuration = lookout.configuration
        plan.atOnceMax = configuration.looksAtOnce
        takeSchedules(lastRuns: next.lastRuns)
        let names = configuration.watches.map(\.name)
        desk.drop(ServiceText.otherConfiguration, unless: names.contains)
        dispatchFailures = 0
        await startDispatching(&group)
        logger.notice("took up \(configuration.file)", metadata: ["watches": .stringConvertible(names.count)])
        notifier.ready(ServiceText.status(configuration))
        for (request, answer) in next.checks { accept(request, answer) }
        if next.isOutdated { mailbox.post(.reload) }
    }

    private mutating func stop(_ group: inout DiscardingTaskGroup) {
        guard !isStopping else { return }
        isStopping = true
        let checks = takeover?.checks ?? []
        takeover = nil
        for (request, answer) in checks { accept(request, answer) }
        notifier.stopping()
        logger.notice("stopping", metadata: ["looks-under-way": .stringConvertible(plan.underWay.count)])
        dispatching?.cancel()
        group.addTask { [clock, mailbox] in
            // By the time that goes by: the clock may be set meanwhile.
            let end = clock.now().elapsed + Self.graceSeconds
            while !Task.isCancelled {
                let now = clock.now()
                guard now.elapsed < end else { break }
                try? await clock.wait(now.wall.adding(seconds: end - now.elapsed))
            }
            mailbox.post(.graceOver)
        }
    }

    /// What is damaged does not mend itself, and nothing more can be recorded.
    private mutating func giveUp(onDamage error: LogError, _ group: inout DiscardingTaskGroup) {
        guard Failure.status(of: error) == .damaged else { return }
        failure = failure ?? Failure(.damaged, error.description)
        stop(&group)
    }
}
