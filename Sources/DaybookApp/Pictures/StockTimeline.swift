// What a picture of an item's stock shows: its availability and its price as stretches of time, worked out from its versions.

import CanonicalJSON
import EventLog
import Observations
import Projections

struct StockTimeline: Equatable {
    /// From one moment to another, in milliseconds since the epoch. Of no length where it began with the last look.
    struct Stretch<Value: Equatable & Sendable>: Equatable, Sendable {
        let from: Int64
        var until: Int64
        let value: Value
    }

    let watch: String
    let key: String
    let name: String
    /// Without gaps, from the first look at the item to the last.
    let availability: [Stretch<Availability>]
    /// In `currency`; with gaps where the item showed no price, or was not there.
    let prices: [Stretch<Double>]
    /// That of the newest price that names one.
    let currency: String?
    /// Whether there are prices in other currencies, which have no place beside these.
    let hasOtherCurrencies: Bool

    var start: Int64 { availability.first?.from ?? 0 }
    var end: Int64 { availability.last?.until ?? 0 }

    /// Nil without versions.
    ///
    /// - Parameters:
    ///   - versions: those of one item, oldest first.
    ///   - end: when it was last known to be as its newest version says.
    init?(_ versions: [ItemVersionRow], until end: Timestamp) throws {
        guard let newest = versions.last else { return nil }
        watch = newest.watch
        key = newest.key
        let states = try versions.map { (row: $0, fields: try JSON.parse($0.fields)) }
        name = StockQuery.name(states.last?.fields ?? .null, key: newest.key)
        let shown = states.map { $0.row.state == .present ? $0.fields : nil }
        let amounts = shown.map { $0?["price"].flatMap(Amount.init) }
        let currency = amounts.lazy.compactMap { $0?.currency }.last
        self.currency = currency
        hasOtherCurrencies = amounts.contains { $0?.isIn(currency) == false }
        let times = versions.map(\.since.millisecondsSinceEpoch)
        let last = max(end.millisecondsSinceEpoch, newest.since.millisecondsSinceEpoch)
        // What is not there is not to be had.
        availability = Self.stretches(shown.map { $0.map(Self.availability) ?? .outOfStock }, times, last)
        prices = Self.stretches(amounts.map { $0?.isIn(currency) == true ? $0?.number : nil }, times, last)
    }

    private static func availability(_ fields: JSON) -> Availability {
        fields[Availability.member]?.stringValue.flatMap { Availability(rawValue: $0) } ?? .unknown
    }

    /// Neighbours that are the same are one; what was so for no time is left out, but for the newest.
    private static func stretches<Value: Equatable & Sendable>(
        _ values: [Value?], _ times: [Int64], _ end: Int64
    ) -> [Stretch<Value>] {
        var stretches: [Stretch<Value>] = []
        for (index, value) in values.enumerated() {
            let isNewest = index == values.count - 1
            let until = isNewest ? end : times[index + 1]
            guard let value, until > times[index] || isNewest else { continue }
            if let last = stretches.last, last.until == times[index], last.value == value {
                stretches[stretches.count - 1].until = until
            } else {
                stretches.append(Stretch(from: times[index], until: until, value: value))
            }
        }
        return stretches
    }

    /// A price as a field has it: money, or a bare number.
    private struct Amount {
        let number: Double
        let currency: String?

        init?(_ price: JSON) {
            guard let number = price["amount"]?.numberValue ?? price.numberValue, number.isFinite else { return nil }
            self.number = number
            currency = price["currency"]?.stringValue
        }

        /// Shops leave out their currency now and then.
        func isIn(_ other: String?) -> Bool { currency == nil || currency == other }
    }
}

extension StockTimeline {
    /// How much of the time it was that, from 0 to 1; nil where no time has gone by.
    func share(_ wanted: Availability) -> Double? {
        guard end > start else { return nil }
        let length = availability.filter { $0.value == wanted }.reduce(0) { $0 + $1.until - $1.from }
        return Double(length) / Double(end - start)
    }

    /// `in stock 26 % of 12 days, unknown 3 %; now out of stock`
    var summary: String {
        let now = availability.last.map { "now \($0.value.words)" } ?? ""
        guard let share = share(.inStock) else { return "looked at once; \(now)" }
        let unknown = self.share(.unknown).flatMap { $0 > 0 ? ", not known \(Self.percent($0))" : nil } ?? ""
        return "in stock \(Self.percent(share)) of \(PictureText.length(end - start))\(unknown); \(now)"
    }

    /// Only what is none or all says so.
    private static func percent(_ share: Double) -> String {
        let percent = (share * 100).rounded()
        if percent == 0, share > 0 { return "< 1 %" }
        if percent == 100, share < 1 { return "> 99 %" }
        return "\(Int(percent)) %"
    }
}

extension Availability {
    /// For people.
    var words: String {
        switch self {
        case .inStock: "in stock"
        case .outOfStock: "out of stock"
        case .unknown: "not known"
        }
    }
}
