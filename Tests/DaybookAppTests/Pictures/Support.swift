// Items' histories for pictures, as short as a test can say them.

import CanonicalJSON
import EventLog
import Testing

@testable import DaybookApp
@testable import Projections

/// A moment as milliseconds since the epoch.
func moment(_ time: String) throws -> Int64 { try #require(Timestamp(time)).millisecondsSinceEpoch }

extension StockTimeline {
    /// - Parameter versions: when each began and its fields; nil where the item was absent.
    init(_ versions: [(time: String, fields: JSON?)], until end: String, watch: String = "cards", key: String = "A-17")
        throws
    {
        let rows = try versions.enumerated().map { index, version in
            ItemVersionRow(
                watch: watch, key: key, version: index + 1, since: try #require(Timestamp(version.time)), until: nil,
                state: version.fields == nil ? .absent : .present, changes: [],
                fields: (version.fields ?? [:]).canonicalBytes, sequence: UInt64(index))
        }
        let last = try #require(Timestamp(end))
        self = try #require(try StockTimeline(rows, until: last))
    }
}

func item(_ availability: String, _ amount: Double? = nil, _ currency: String? = "EUR", name: String = "A card") -> JSON
{
    var fields = JSONObject([("availability", .string(availability)), ("name", .string(name))])
    if let amount {
        var price = JSONObject([("amount", .number(amount))])
        price["currency"] = currency.map { .string($0) }
        fields["price"] = .object(price)
    }
    return .object(fields)
}

/// Nineteen days of a card: what a picture has to show is all in it.
func card(name: String = "A card & more") throws -> StockTimeline {
    try StockTimeline(
        [
            ("2026-11-01T10:00:00Z", item("out-of-stock", 749.99, name: name)),
            ("2026-11-03T04:12:00Z", item("in-stock", 799.99, name: name)),
            ("2026-11-03T05:02:00Z", item("out-of-stock", 799.99, name: name)),
            ("2026-11-05T18:00:00Z", item("unknown", name: name)),
            ("2026-11-06T12:00:00Z", item("out-of-stock", 829.99, name: name)),
            ("2026-11-09T02:00:00Z", item("in-stock", 829.99, name: name)),
            ("2026-11-10T20:00:00Z", item("in-stock", 809.99, name: name)), ("2026-11-12T20:00:00Z", nil),
            ("2026-11-14T20:00:00Z", item("in-stock", 779, name: name)),
            ("2026-11-17T08:00:00Z", item("unknown", 779, name: name)),
            ("2026-11-17T20:00:00Z", item("in-stock", 769, name: name)),
        ], until: "2026-11-20T10:00:00Z")
}
