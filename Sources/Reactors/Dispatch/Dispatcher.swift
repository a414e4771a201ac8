// Tells what is to be told: reads changes, asks each route's selection, keeps order, tries, records.

import EventLog
import Logging
import Projections
import Synchronization

/// What a dispatcher did.
public struct DispatchReport: Sendable, Equatable {
    public var delivered = 0
    /// Tries that failed and will be followed by another.
    public var failed = 0
    public var parked = 0
    public var held = 0
    /// Notifications that are still to be tried, now or later.
    public var waiting = 0
    /// Changes that are held for now, to be told with others.
    public var gathering = 0
    /// When the first of all these is due, where it is not due yet.
    public var next: Timestamp?
    /// Another process has the dispatcher's lease and does the telling.
    public var isLeftToAnother = false

    /// Nothing done, nothing waiting.
    public init() {}
}

/// A Swift reactor of a user's own, with the choice of changes that it is told of (`to` stays empty).
public struct CustomReactor: Sendable {
    public let definition: ReactorDefinition
    public let reactor: any Reactor

    public init(_ definition: ReactorDefinition, _ reactor: any Reactor) {
        self.definition = definition
        self.reactor = reactor
    }

    /// Where its records stand, in the place of a channel; those of a reactor's own program (`exec`) too.
    public static let channel = "self"
}

/// The one dispatcher of a data folder. Make it, `start` it before anything new is observed, then drive it.
public final class Dispatcher: Sendable {
    private let log: EventLog
    private let source: ChangeSource
    private let definitions: [ReactorDefinition]
    private let routes: [Route]
    private let store: DeliveryStore
    private let pace: Pace
    private let runs = EventIDPool()
    private let logger: Logger?
    private let engine: ProjectionEngine
    private let alarms: AlarmPlan?
    /// Held from `start` on; released with the dispatcher.
    private let lease = Mutex<Lease?>(nil)
    private let questions = Questions()

    /// - Parameters:
    ///   - projections: the names of those that changes are read from.
    ///   - channels: by the names that reactors' `to` use.
    ///   - alarms: what is evaluated while the dispatcher is driven. A reactor among `reactors` tells of it.
    ///   - logger: for what becomes of notifications, and for what programs say on standard error.
    public init(
        log: EventLog, engine: ProjectionEngine, projections: [String], reactors: [ReactorDefinition],
        channels: [String: any Channel], custom: [CustomReactor] = [], alarms: AlarmPlan? = nil, pace: Pace = .system,
        logger: Logger? = nil
    ) throws(ReactorError) {
        var routes: [Route] = []
        for definition in reactors {
            for name in definition.to {
                guard let channel = channels[name] else {
                    throw .unknownChannel(reactor: definition.name, channel: name)
                }
                routes.append(Route(definition, channel: name, effect: .channel(channel)))
            }
            guard let program = definition.exec else { continue }
            guard definition.damping == nil else { throw .dampedReactor(name: definition.name) }
            let host = ProgramHost(data: log.dataDirectory, logger: logger)
            let reactor = ExecReactor(program, definition: definition, host: host)
            routes.append(Route(definition, channel: CustomReactor.channel, effect: .reactor(reactor)))
        }
        for one in custom {
            guard one.definition.damping == nil else { throw .dampedReactor(name: one.definition.name) }
            routes.append(Route(one.definition, channel: CustomReactor.channel, effect: .reactor(one.reactor)))
        }
        self.log = log
        self.routes = routes
        self.pace = pace
        self.logger = logger
        self.engine = engine
        self.alarms = alarms
        definitions = reactors + custom.map(\.definition)
        source = ChangeSource(engine: engine, projections: projections)
        store = try DeliveryStore(log: log)
    }

    /// Takes the lease and records where each reactor begins that the log does not know, or knows with another choice.
    ///
    /// Call it before anything new is observed: what is appended later reaches a new reactor, what is there already does not.
    ///
    /// - Returns: false where another process has the lease; driving this dispatcher then does nothing.
    @discardableResult
    public func start() async throws(ReactorError) -> Bool {
        guard try takeLease() else { return false }
        // From the log itself: what has been told so far may take long to read, and nobody is to wait for that here.
        for definition in definitions { try await start(definition, known: try known(definition.name)) }
        return true
    }

    private func known(_ name: String) throws(ReactorError) -> StartedReactor? {
        do throws(LogError) {
            let head = try log.head(of: StreamID(family: "reactor", subject: name))
            guard let head, let event = try log.event(at: head.sequence) else { return nil }
            return StartedReactor(event.data, revision: head.revision)
        } catch {
            throw .log(error)
        }
    }

    private func takeLease() throws(ReactorError) -> Bool {
        do {
            let taken = try lease.withLock { held throws(LogError) -> Bool in
                if held == nil { held = try Lease.take("dispatcher", in: log.dataDirectory) }
                return held != nil
            }
            return taken
        } catch {
            throw .log(error)
        }
    }

    private func start(_ definition: ReactorDefinition, known: StartedReactor?) async throws(ReactorError) {
        if let known, known.choice == definition.choice { return }
        let start = try sequence(of: known == nil ? definition.from : .end)
        let places = try await places(of: definition, known: known, start: start)
        let started = StartedReactor(
            from: places.values.min() ?? start, channels: places, choice: definition.choice,
            revision: known?.revision ?? 0)
        let ids = runs.take(at: pace.now())
        defer { runs.giveBack(ids) }
        let draft = EventDraft(
            type: "reactor.started", source: "/reactors/\(definition.name)", subject: definition.name, id: ids.next(),
            time: pace.now(), data: started.json)
        do {
            let stream = StreamID(family: "reactor", subject: definition.name)
            _ = try await log.append([draft], conditions: [.revision(of: stream, is: started.revision)])
        } catch {
            throw .log(error)
        }
    }

    /// Another choice of changes counts from where each channel is, so that nobody is told what was passed over before;
    /// a channel that is new to a known reactor begins at the log's end.
    private func places(
        of definition: ReactorDefinition, known: StartedReactor?, start: UInt64
    ) async throws(ReactorError) -> [String: UInt64] {
        while known != nil, try !store.takeInPart() { await Task.yield() }
        var places: [String: UInt64] = [:]
        for route in routes where route.definition.name == definition.name {
            guard let known else {
                places[route.channel] = start
                continue
            }
            let reached = try store.positions(definition.name, route.channel).values.min()
            places[route.channel] = reached ?? known.position(of: route.channel) ?? start
        }
        return places
    }

    private func sequence(of point: ReactorDefinition.StartingPoint) throws(ReactorError) -> UInt64 {
        do {
            switch point {
            case .end: return try log.end()
            case .beginning: return 0
            case .sequence(let sequence): return sequence
            case .time(let time): return try log.end(recordedBy: time)
            }
        } catch {
            throw .log(error)
        }
    }
}

// MARK: - Driving

extension Dispatcher {
    /// Tells what is due and returns when everything has been delivered or parked, or after `wait`; what is left is
    /// told when it is due, by the next dispatcher that is driven then.
    public func runUntilIdle(wait: Duration = .seconds(30)) async throws(ReactorError) -> DispatchReport {
        try await drive(until: pace.now().adding(seconds: wait.inSeconds))
    }

    /// Tells whatever comes, until the task is cancelled; what is under way then is given some seconds to end.
    @discardableResult
    public func run() async throws(ReactorError) -> DispatchReport {
        try await drive(until: nil)
    }

    /// Waits until a running `run` has told everything due that came of the log's first `end` events, or until `wait` is over.
    ///
    /// - Returns: what was done meanwhile, and what is left; nil where no `run` is going on, or it has ended meanwhile.
    public func settled(through end: UInt64, wait: Duration) async -> DispatchReport? {
        let deadline = pace.now().adding(seconds: wait.inSeconds)
        return await withCheckedContinuation { continuation in
            questions.ask(continuation) { reply in SettlingRequest(end: end, deadline: deadline, reply: reply) }
        }
    }

    /// Gives the lease back, so that another dispatcher of this process can take its place. Not while it is driven.
    public func resign() { lease.withLock { $0 = nil } }

    private func drive(until deadline: Timestamp?) async throws(ReactorError) -> DispatchReport {
        guard lease.withLock({ $0 != nil }) else {
            var report = DispatchReport()
            report.isLeftToAnother = true
            return report
        }
        guard try await readUp() else { return DispatchReport() }
        let tries = NotificationTry(log: log, source: source, pace: pace, runs: runs, logger: logger)
        let board = alarms.map {
            AlarmBoard($0, log: log, engine: engine, store: store, runs: runs, logger: logger)
        }
        var loop = try DispatchLoop(
            routes: routes, store: store, source: source, log: log, alarms: board, pace: pace, tries: tries,
            damped: try DampedRoutes(routes, store: store, source: source, log: log, pace: pace, runs: runs),
            silenced: try SilencedAlarms(
                routes, store: store, source: source, log: log, pace: pace, runs: runs),
            deadline: deadline)
        let mailbox = loop.mailbox
        questions.begin(mailbox)
        defer { questions.end() }
        // A task of its own, because cancelling must not tear requests that are under way: it asks the loop to end.
        let driving = Task { () async -> Result<DispatchReport, ReactorError> in await loop.run() }
        let result = await withTaskCancellationHandler {
            await driving.value
        } onCancel: {
            mailbox.post(.stop)
        }
        await release()
        return try result.get()
    }

    /// Reads what has been told so far, part by part, where `reactors.sqlite` does not know it yet. What was read stays.
    ///
    /// - Returns: false where it was cancelled meanwhile.
    private func readUp() async throws(ReactorError) -> Bool {
        guard try !store.takeInPart() else { return true }
        logger?.info("reading what was told before; nothing is told until that is done")
        repeat {
            await Task.yield()
            if Task.isCancelled { return false }
        } while try !store.takeInPart()
        return true
    }

    /// Whatever runs for channels and reactors runs only while the dispatcher is driven.
    private func release() async {
        await withDiscardingTaskGroup { group in
            for route in routes { group.addTask { await route.effect.release() } }
        }
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
