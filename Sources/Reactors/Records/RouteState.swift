// How each reactor's way to each channel stands: what is behind, waiting, given up.

import EventLog
import GRDB
import Projections

/// One reactor and one of its channels.
public struct RouteState: Sendable, Equatable {
    public let reactor: String
    public let channel: String
    /// Changes that it has not looked at yet, at most `behindMax`.
    public var behind = 0
    /// Notifications that failed and will be tried again.
    public var waiting = 0
    /// Changes that are held for now, to be told with others.
    public var held = 0
    /// When the first of these are due.
    public var heldUntil: Timestamp?
    /// Notifications that were given up.
    public var parked = 0
    public var delivered = 0
    /// When the last one was delivered.
    public var lastDelivered: Timestamp?
    /// Why the first one that waits could not be delivered.
    public var error: String?

    public static let behindMax = 1000

    init(reactor: String, channel: String) {
        self.reactor = reactor
        self.channel = channel
    }
}

extension DeliveryStore {
    /// All routes that have begun, by reactor and channel, with what is on record of their notifications.
    func routes() throws(ReactorError) -> [RouteState] {
        var routes: [String: RouteState] = [:]
        func change(_ reactor: String, _ channel: String, _ body: (inout RouteState) -> Void) {
            body(&routes["\(reactor)\n\(channel)", default: RouteState(reactor: reactor, channel: channel)])
        }
        for (name, started) in try reactors() {
            for channel in started.channels.keys { change(name, channel) { _ in } }
        }
        for row in try tally() {
            change(row.reactor, row.channel) { route in
                switch row.state {
                case .delivered: (route.delivered, route.lastDelivered) = (row.count, row.last)
                case .failed: (route.waiting, route.error) = (row.count, row.error)
                case .parked: route.parked = row.count
                case .held: break
                }
            }
        }
        for open in try openGroups() {
            change(open.reactor, open.channel) { route in
                route.held += open.size
                route.heldUntil = min(route.heldUntil ?? open.group.until, open.group.until)
            }
        }
        return routes.sorted { $0.key < $1.key }.map(\.value)
    }

    private typealias Tally = (
        reactor: String, channel: String, state: DeliveryState, count: Int, last: Timestamp, error: String?
    )

    private func tally() throws(ReactorError) -> [Tally] {
        try access { queue in
            try queue.read { db in
                try Row.fetchAll(
                    db,
                    // Beside min(), SQLite takes a bare column from the row that has the minimum.
                    sql: """
                        SELECT reactor, channel, state, count(*), max(time), error, min(change) FROM delivery
                        GROUP BY reactor, channel, state
                        """
                ).compactMap { row in
                    guard let state = DeliveryState(rawValue: row[2]) else { return nil }
                    return (row[0], row[1], state, row[3], Timestamp(millisecondsSinceEpoch: row[4]), row[5])
                }
            }
        }
    }
}

extension Deliveries {
    /// How each reactor's way to each channel stands now.
    public func routes(_ engine: ProjectionEngine, projections: [String]) throws(ReactorError) -> [RouteState] {
        var routes = try refreshedRoutes()
        for index in routes.indices {
            let places = try place(of: routes[index])
            var behind = 0
            for projection in projections where behind < RouteState.behindMax {
                guard let place = places[projection] ?? places[""] else { continue }
                let after = place == 0 ? nil : ChangePosition(sequence: place - 1, ordinal: .max)
                do {
                    behind += try engine.changes(of: projection, after: after, limit: RouteState.behindMax).count
                } catch {
                    throw .projection(error.description)
                }
            }
            routes[index].behind = min(behind, RouteState.behindMax)
        }
        return routes
    }
}
