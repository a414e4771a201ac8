import CanonicalJSON
import EventLog
import Observations
import Testing

@testable import DaybookApp

@Suite("An item's availability and price over time")
struct StockTimelineTests {
    private func minutes<Value>(_ stretches: [StockTimeline.Stretch<Value>]) throws -> [String] {
        let start = try moment("2026-11-01T00:00:00Z")
        return stretches.map { "\(($0.from - start) / 60_000)-\(($0.until - start) / 60_000) \($0.value)" }
    }

    private func at(_ minute: Int) -> String { "2026-11-01T00:\(minute < 10 ? "0" : "")\(minute):00Z" }

    @Test("versions that differ in something else are one stretch; what is absent is out of stock and has no price")
    func stretches() throws {
        let timeline = try StockTimeline(
            [
                (at(0), item("in-stock", 10)), (at(5), item("in-stock", 10, name: "Renamed")), (at(10), nil),
                (at(20), item("unknown")), (at(30), item("out-of-stock", 12)), (at(40), item("in-stock", 12)),
            ], until: at(50))
        #expect(
            try minutes(timeline.availability) == [
                "0-10 inStock", "10-20 outOfStock", "20-30 unknown", "30-40 outOfStock", "40-50 inStock",
            ])
        #expect(try minutes(timeline.prices) == ["0-10 10.0", "30-50 12.0"])
        #expect(timeline.summary == "in stock 40 % of 50 minutes, not known 20 %; now in stock")
    }

    @Test("what the last look found is there, though no time has gone by since")
    func last() throws {
        let timeline = try StockTimeline(
            [(at(0), item("out-of-stock", 10)), (at(10), item("in-stock", 11))], until: at(10))
        #expect(try minutes(timeline.availability) == ["0-10 outOfStock", "10-10 inStock"])
        #expect(try minutes(timeline.prices) == ["0-10 10.0", "10-10 11.0"])
        #expect(timeline.summary == "in stock 0 % of 10 minutes; now in stock")
        let once = try StockTimeline([(at(0), item("unknown"))], until: at(0))
        #expect(once.summary == "looked at once; now not known")
    }

    @Test("a share says none and all only where it is")
    func shares() throws {
        let rare = try StockTimeline(
            [
                ("2026-01-01T00:00:00Z", item("out-of-stock")), ("2026-02-01T00:00:00Z", item("in-stock")),
                ("2026-02-01T00:01:00Z", item("out-of-stock")),
            ], until: "2026-12-01T00:00:00Z")
        #expect(rare.summary == "in stock < 1 % of 334 days; now out of stock")
        let mostly = try StockTimeline(
            [
                ("2026-01-01T00:00:00Z", item("in-stock")), ("2026-02-01T00:00:00Z", item("out-of-stock")),
                ("2026-02-01T00:01:00Z", item("in-stock")),
            ], until: "2026-12-01T00:00:00Z")
        #expect(mostly.summary == "in stock > 99 % of 334 days; now in stock")
    }

    @Test("prices are those in the newest one's currency, or without any; bare numbers are prices too")
    func currencies() throws {
        let bare: JSON = ["availability": "in-stock", "price": 13]
        let words: JSON = ["availability": "in-stock", "price": "ask us"]
        let timeline = try StockTimeline(
            [
                (at(0), item("in-stock", 10, "USD")), (at(10), item("in-stock", 11, "EUR")),
                (at(20), item("in-stock", 12, nil)),
                (at(30), bare), (at(40), words),
            ], until: at(50))
        #expect(timeline.currency == "EUR" && timeline.hasOtherCurrencies)
        #expect(try minutes(timeline.prices) == ["10-20 11.0", "20-30 12.0", "30-40 13.0"])
        #expect(timeline.name == "A-17")
    }

    @Test("a column has all that held in its share of the time, and a change belongs to the column in which it was")
    func columns() throws {
        func column(_ stretches: [(Int64, Int64, Int)], _ count: Int) -> [[Int]] {
            StockTimeline.columns(
                stretches.map { .init(from: $0.0, until: $0.1, value: $0.2) }, from: 0, to: 100, count: count)
        }
        #expect(column([(0, 100, 1)], 4) == [[1], [1], [1], [1]])
        #expect(column([(0, 50, 1), (50, 100, 2)], 4) == [[1], [1], [2], [2]])
        #expect(column([(0, 51, 1), (51, 100, 2)], 4) == [[1], [1], [1, 2], [2]])
        #expect(column([(0, 10, 1), (30, 40, 2)], 4) == [[1], [2], [], []])
        #expect(column([(0, 100, 1), (100, 100, 2)], 4) == [[1], [1], [1], [1, 2]])
        #expect(StockTimeline.columns([.init(from: 7, until: 7, value: 1)], from: 7, to: 7, count: 3) == [[1], [], []])
    }
}
