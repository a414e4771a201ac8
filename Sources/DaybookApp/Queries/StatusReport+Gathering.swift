// Where a status report comes from: for the command, and for the pages of a daybook that runs.

import EventLog
import Ingestors
import Projections
import Reactors

extension StatusReport {
    /// Gathers everything; of a moment in the past only how the watches stood then: what keeps watch, what is due and what waits is
    /// asked of the present alone.
    ///
    /// - Parameters:
    ///   - configuration: nil where there is none that could be read.
    ///   - process: the one that keeps watch.
    ///   - service: what it says of itself.
    ///   - point: nil for the present.
    ///   - now: what ages count from.
    init(
        of place: Place, configuration: Configuration?, state: ConfigurationState = .inForce, process: Int?,
        service: ServiceAnswer?, asOf point: AsOf? = nil, now: Timestamp
    ) throws {
        self.init(configuration: state, now: now)
        let known = try place.engine.read("runs") { try RunQuery($0).watches(asOf: point ?? .now) }
        alarms = try AlarmListing.rows(place.engine, configured: configuration?.alarms, asOf: point ?? .now)
            .filter { $0.state == "ALARM" && $0.isConfigured }
        if point == nil {
            self.process = process
            self.service = service
            obstacle = try place.log.obstacle()
            projections = try place.engine.status()
            routes = try Deliveries(log: place.log).routes(
                place.engine, projections: Place.allProjections.map(\.name))
            isScheduled = configuration?.watches.contains { configuration?.schedule(of: $0.name) != nil } ?? false
        }
        let isWatched = self.process != nil
        watches = StatusRow.all(
            known: known,
            configured: configuration.map { configuration in
                configuration.watches.map { watch in
                    StatusRow.Configured(name: watch.name, kind: watch.kind.name) { lastRun in
                        guard isWatched, let schedule = configuration.schedule(of: watch.name) else { return nil }
                        return lastRun.map { schedule.next(after: min($0, now), for: watch.name) } ?? now
                    }
                }
            })
        let statuses = try place.engine.read(KeyedCollection.stock.name) {
            try StockQuery($0).statuses(asOf: point ?? .now)
        }
        for index in watches.indices {
            watches[index].status = statuses[watches[index].watch]?.rawValue
            watches[index].isUnderWay = self.service?.looks.contains(watches[index].watch) ?? false
        }
    }
}
