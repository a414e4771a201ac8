// What tries at telling somebody say in numbers.

import CanonicalJSON
import EventLog

struct DeliveryMetrics: MetricSource {
    let metrics = [
        Metric(
            "delivery.failures", by: .channel, unit: "tries", families: ["notification"],
            "1 for each try that did not succeed, 0 for each that did"),
        Metric(
            "delivery.lag", by: .channel, unit: "seconds", families: ["notification"],
            "at each try, the time since the run began that saw what is told"),
    ]

    func fold(_ event: EventView, into series: SeriesWriter) throws {
        guard event.family.raw.elementsEqual("notification".utf8) else { return }
        let isDelivered = event.type == "notification.delivered"
        guard isDelivered || event.type == "notification.failed" || event.type == "notification.parked" else { return }
        guard let channel = try event.dataJSON()["channel"]?.stringValue else { return }
        try series.add("delivery.failures", channel, isDelivered ? 0 : 1)
        if let seconds = lag(of: event) { try series.add("delivery.lag", channel, seconds) }
    }

    /// The cause's id names its run, and a run's id the millisecond at which it began (UUID version 7, RFC 9562).
    private func lag(of event: EventView) -> Double? {
        guard let cause = event.causation, let run = EventID(cause.string)?.run else { return nil }
        return event.recorded.seconds(since: run.began)
    }
}
