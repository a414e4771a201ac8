// One look at the watches and what follows from it: what `check` does once and the demo does again and again.

import EventLog
import Ingestors
import Projections
import Reactors
import Transport

/// Where the channel `terminal` writes.
struct Telling: Sendable {
    var isColoured: Bool
    var write: @Sendable ([UInt8]) -> Void
}

/// The parts put together for one configuration: watches that look, projections that derive, reactors that act.
struct Lookout: Sendable {
    /// How many watches look at the same time; each is bound by its own host's rate besides.
    static let looksAtOnceMax = 4

    let configuration: Configuration
    let log: EventLog
    let engine: ProjectionEngine
    private let client: HTTPClient
    private let cache: PageCache
    private let dispatcher: Dispatcher
    private let configurationEvent: String

    /// Puts the configuration on record and the reactors in their places, before anything is looked at.
    ///
    /// - Parameter tell: where the channel `terminal` writes.
    init(_ configuration: Configuration, place: Place, tell: Telling) async throws {
        self.configuration = configuration
        log = place.log
        engine = place.engine
        client = HTTPClient(configuration: .init(userAgent: DaybookCommand.userAgent))
        cache = try PageCache.open(log.dataDirectory)
        configurationEvent = try await ConfigurationRecord.apply(configuration, in: log)
        let terminal = TerminalChannel(isColoured: tell.isColoured, write: tell.write)
        var channels: [String: any Channel] = [:]
        for channel in configuration.channels {
            channels[channel.name] = channel.definition.channel(client: client, terminal: terminal)
        }
        dispatcher = try Dispatcher(
            log: log, engine: engine, projections: Place.allProjections.map(\.name), reactors: configuration.reactors,
            channels: channels, custom: DaybookApplication.current.reactors)
        try await engine.catchUp()
        try await dispatcher.start()
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
            for _ in 0..<Lookout.looksAtOnceMax { startNext() }
            while let outcome = await group.next() {
                report(outcome)
                startNext()
            }
        }
    }

    private func look(
        at watch: WatchDefinition, progress: @escaping @Sendable (Int, Int) -> Void
    ) async -> Result<RunReport, IngestError> {
        let watcher = Watcher(watch, log: log, client: client, cache: cache, configuration: configurationEvent)
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

    /// Lets go of connections and files.
    func close() {
        client.shutdown()
        log.close()
    }
}
