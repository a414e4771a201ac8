// How much is in stock.

import CanonicalJSON
import EventLog

struct StockMetrics: MetricSource {
    let metrics = [
        Metric(
            "stock.in-stock", by: .watch, unit: "items", families: ["stock", "run"],
            "after each run of a watch of kind stock that did not fail, how many of its items are in stock")
    ]
    let tables =
        "CREATE TABLE stock_in (watch TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (watch, key)) WITHOUT ROWID;"

    func fold(_ event: EventView, into series: SeriesWriter) throws {
        if event.family.raw.elementsEqual("run".utf8) { return try run(event, series) }
        guard event.family.raw.elementsEqual("stock".utf8) else { return }
        let place = try ItemPlace(subject: event.subject.raw)
        let (watch, key) = (TextInPlace(place.watch), TextInPlace(place.key))
        switch availability(event) {
        case "in-stock":
            try series.database.run(
                """
                INSERT OR IGNORE INTO stock_in (watch, key)
                VALUES (coalesce((SELECT watch FROM names WHERE former = ?1), ?1), ?2)
                """, watch, key)
        // Not being able to tell is no news: what was in stock stays so until it is known to be gone.
        case "unknown": break
        default:
            try series.database.run(
                """
                DELETE FROM stock_in
                WHERE watch = coalesce((SELECT watch FROM names WHERE former = ?1), ?1) AND key = ?2
                """, watch, key)
        }
    }

    /// Nothing where the item is absent.
    private func availability(_ event: EventView) -> String? {
        event.type == "stock.observed" ? (try? event.dataJSON())?["availability"]?.stringValue ?? "unknown" : nil
    }

    private func run(_ event: EventView, _ series: SeriesWriter) throws {
        guard !(event.type == "run.failed"), try event.dataJSON()["kind"] == "stock" else { return }
        let watch = try series.watch(event.subject.raw)
        let count = try series.database.first("SELECT count(*) FROM stock_in WHERE watch = ?", watch) { $0.int(0) }
        try series.add("stock.in-stock", watch, Double(count ?? 0))
    }

    func rename(_ former: UnsafeRawBufferPointer, to name: UnsafeRawBufferPointer, _ database: Connection) throws {
        try database.run(
            "UPDATE OR IGNORE stock_in SET watch = ? WHERE watch = ?", TextInPlace(name), TextInPlace(former))
        try database.run("DELETE FROM stock_in WHERE watch = ?", TextInPlace(former))
    }
}
