// One look at the watches and what follows from it: what `check` does once and the demo does again and again.

import EventLog
import Ingestors
import Logging
import Projections
import Reactors
import Transport

/// Where the channel `terminal` writes.
package struct Telling: Sendable {
    var isColoured: Bool
    var write: @Sendable ([UInt8]) throws -> Void

    package init(isColoured: Bool, write: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.isColoured = isColoured
        self.write = write
    }
}

/// The parts put together for one configuration: watches that look, projections that derive, reactors that act.
struct Lookout: Sendable {
    let configuration: Configuration
    let log: EventLog
    let engine: ProjectionEngine
    let dispatcher: Dispatcher
    private let client: HTTPClient
    private let cache: PageCache
    private let configurationEvent: String
    private let clock: ServiceClock
    private let logger: Logger?

    /// Puts the configuration on record. Nothing is told before `dispatcher` has been started, which comes before anything new
    /// is looked at.
    ///
    /// - Parameter tell: where the channel `terminal` writes.
    init(
        _ configuration: Configuration, place: Place, tell: Telling, clock: ServiceClock = .system,
        logger: Logger? = nil
    ) async throws {
        let client = HTTPClient(configuration: .init(userAgent: DaybookCommand.userAgent))
        let cache = try PageCache.open(place.log.dataDirectory)
        try await self.init(configuration, place, client, cache, tell, clock, logger)
    }

    private init(
        _ configuration: Configuration, _ place: Place, _ client: HTTPClient, _ cache: PageCache, _ tell: Telling,
        _ clock: ServiceClock, _ logger: Logger?
    ) async throws {
        self.configuration = configuration
        self.client = client
        self.cache = cache
        self.clock = clock
        self.logger = logger
        log = place.log
        engine = place.engine
        configurationEvent = try await ConfigurationRecord.apply(configuration, in: log, at: clock.now().wall)
        let terminal = TerminalChannel(isColoured: tell.isColoured, write: tell.write)
        var channels: [String: any Channel] = [:]
        let host = ProgramHost(data: log.dataDirectory, logger: logger)
        for channel in configuration.channels {
            channels[channel.name] = channel.definition.channel(
                named: channel.name, client: client, terminal: terminal, host: host)
        }
        let since = try ConfigurationRecord.time(in: log) ?? clock.now().wall
        dispatcher = try Dispatcher(
            log: log, engine: engine, projections: Place.allProjections.map(\.name),
            reactors: configuration.reactors + [ReactorDefinition.alarms(configuration.alarms)].compactMap(\.self),
            channels: channels, custom: DaybookApplication.current.reactors,
            alarms: AlarmPlan(configuration.alarms, since: since), pace: clock.pace, logger: logger)
        try await engine.catchUp()
    }

    /// The same with another configuration, which is put on record; this one's dispatcher has to resign before the other's starts.
    func with(_ configuration: Configuration, tell: Telling) async throws -> Lookout {
        try await Lookout(configuration, Place(log: log, engine: engine), client, cache, tell, clock, logger)
    }

    /// Looks at the watches, several at once, and hands each outcome over as it comes. One that cannot be looked at (because
    /// another process is at it) does not keep the others from being.
    func look(
        at watches: [WatchDefinition], progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in },
        report: (Result<RunReport, IngestError>) -> Void
    ) async {
        await withTaskGroup(of: Result<RunReport, IngestError>.self) { group in
            var waiting = watches[...]
            func startNext() {
                guard let watch = waiting.popFirst() else { return }
                group.addTask { await look(at: watch, progress: progress) }
            }
            for _ in 0..<configuration.looksAtOnce { startNext() }
            while let outcome = await group.next() {
                report(outcome)
                startNext()
            }
        }
    }

    func look(
        at watch: WatchDefinition, progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) async -> Result<RunReport, IngestError> {
        let watcher = Watcher(
            watch, log: log, client: client, cache: cache, configuration: configurationEvent,
            clock: { [clock] in clock.now().wall }, logger: logger)
        do throws(IngestError) {
            return .success(try await watcher.look { progress($0.pages, $0.total) })
        } catch {
            return .failure(error)
        }
    }

    /// Derives what changed and delivers what is due, until nothing is due or `wait` has passed.
    func react(wait: Duration) async throws -> DispatchReport {
        try await engine.catchUp()
        return try await dispatcher.runUntilIdle(wait: wait)
    }

    /// When each watch looked last.
    func lastRuns() throws -> [String: Timestamp] {
        let rows = try engine.read("runs") { try RunQuery($0).watches() }
        return Dictionary(rows.map { ($0.watch, $0.time) }, uniquingKeysWith: { $1 })
    }

    /// Lets go of connections and files.
    func close() {
        client.shutdown()
        log.close()
    }
}
