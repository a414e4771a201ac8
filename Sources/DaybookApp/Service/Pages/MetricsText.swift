// How all stands, in Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/). Everything is worked out
// when it is asked for, from what is on record: there are no counters to keep beside it, and a restart sets none of them back.

import EventLog
import Projections
import Reactors

enum MetricsText {
    static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    static func text(
        _ report: StatusReport, events: UInt64, state: ServiceState, process: ProcessFigures
    ) -> String {
        var page = MetricsPage()
        page.add("daybook_info", .gauge, "What runs.", [([("version", DaybookCommand.version)], 1)])
        page.add("daybook_log_events_total", .counter, "Events in the log.", [([], Double(events))])
        page.add(
            "daybook_looks_under_way", .gauge, "Looks that are being made now.",
            [([], Double(state.looksUnderWay.count))])
        page.add(
            "daybook_telling", .gauge, "Whether this process tells what is due.", [([], state.isTelling ? 1 : 0)])
        addWatches(report.watches.filter(\.isConfigured), to: &page)
        addProjections(report.projections, to: &page)
        addRoutes(report.routes, to: &page)
        addProcess(process, to: &page)
        return page.text
    }

    private static func addWatches(_ rows: [StatusRow], to page: inout MetricsPage) {
        func values(_ value: (StatusRow) -> Double?) -> [MetricsPage.Value] {
            rows.compactMap { row in value(row).map { ([("watch", row.watch)], $0) } }
        }
        page.add(
            "daybook_watch_last_run_timestamp_seconds", .gauge, "When the watch looked last.",
            values { $0.lastRun?.secondsSinceEpoch })
        page.add(
            "daybook_watch_last_good_timestamp_seconds", .gauge, "When the watch had its last good look.",
            values { $0.lastGood?.secondsSinceEpoch })
        page.add(
            "daybook_watch_next_run_timestamp_seconds", .gauge, "When the watch looks next.",
            values { $0.nextRun?.secondsSinceEpoch })
        page.add(
            "daybook_watch_failures_in_a_row", .gauge, "Looks that failed since the last one that did not.",
            values { Double($0.failuresInARow) })
        page.add("daybook_watch_items", .gauge, "Items that are present.", values { Double($0.items) })
        page.add(
            "daybook_watch_outcome", .gauge, "1 for how the last look ended, 0 for how it did not.",
            rows.flatMap { row in
                RunOutcome.allCases.map { outcome in
                    (
                        [("watch", row.watch), ("outcome", outcome.rawValue)],
                        row.outcome == outcome.rawValue ? 1 : 0
                    )
                }
            })
    }

    private static func addProjections(_ projections: [ProjectionStatus], to page: inout MetricsPage) {
        page.add(
            "daybook_projection_lag_events", .gauge, "Events that the projection has not taken in.",
            projections.map { ([("projection", $0.name)], Double($0.lag)) })
        page.add(
            "daybook_projection_stopped", .gauge,
            "Whether the projection stands before an event that it cannot take in.",
            projections.map { ([("projection", $0.name)], $0.failure == nil ? 0 : 1) })
    }

    private static func addRoutes(_ routes: [RouteState], to page: inout MetricsPage) {
        func values(_ value: (RouteState) -> Double?) -> [MetricsPage.Value] {
            routes.compactMap { route in
                value(route).map { ([("reactor", route.reactor), ("channel", route.channel)], $0) }
            }
        }
        page.add(
            "daybook_route_behind_changes", .gauge,
            "Changes that the reactor has not looked at for the channel, at most \(RouteState.behindMax).",
            values { Double($0.behind) })
        page.add(
            "daybook_notifications_delivered_total", .counter, "Notifications that were delivered.",
            values { Double($0.delivered) })
        page.add(
            "daybook_notifications_waiting", .gauge, "Notifications that failed and are tried again.",
            values { Double($0.waiting) })
        page.add(
            "daybook_notifications_parked", .gauge, "Notifications that were given up.", values { Double($0.parked) })
        page.add(
            "daybook_last_delivery_timestamp_seconds", .gauge, "When something was delivered last.",
            values { $0.lastDelivered?.secondsSinceEpoch })
    }

    private static func addProcess(_ process: ProcessFigures, to page: inout MetricsPage) {
        page.add(
            "process_cpu_seconds_total", .counter, "User and system CPU time.", [([], process.cpuSeconds)])
        page.add(
            "process_resident_memory_bytes", .gauge, "Resident memory.", [([], Double(process.residentBytes))])
        page.add("process_open_fds", .gauge, "Open file descriptors.", [([], Double(process.descriptors))])
        page.add(
            "process_start_time_seconds", .gauge, "When the process started.",
            [([], process.startTime.secondsSinceEpoch)])
    }
}

extension Timestamp {
    fileprivate var secondsSinceEpoch: Double { Double(millisecondsSinceEpoch) / 1000 }
}
