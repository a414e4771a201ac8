// What is known of an item's stock, and what a run makes of that: three-valued truth as functions.

import CanonicalJSON
import Observations

/// What is known for sure of one item, whatever was seen since: "could not tell" forgets nothing.
struct StockMemory: Equatable {
    /// The last availability that was known; nil where it never was.
    var isInStock: Bool?
    /// The last price that was seen, as canonical JSON; empty where none ever was.
    var price: [UInt8] = []
    /// In how many runs in a row nobody could tell; nil while one can, and of what is not there.
    var unknownRuns: Int?
    /// Whether that has been told.
    var isUnknownTold = false

    /// After a new version of the item.
    ///
    /// - Parameters:
    ///   - availability: what it shows; nil where it is not there any more.
    ///   - price: what it shows, empty where it shows none.
    func taking(_ availability: Availability?, price: [UInt8]) -> StockMemory {
        var memory = self
        switch availability {
        case .inStock: memory.isInStock = true
        // What is withdrawn is not to be had. It has never been out of stock where it never was in.
        case .outOfStock, nil: memory.isInStock = false
        case .unknown: break
        }
        if availability != nil, !price.isEmpty { memory.price = price }
        if availability == .unknown {
            memory.unknownRuns = unknownRuns ?? 0
        } else {
            memory.unknownRuns = nil
            memory.isUnknownTold = false
        }
        return memory
    }

    /// After one more run that saw it as it is, and whether that is news by now.
    func countingRun(limit: Int) -> (memory: StockMemory, isNews: Bool) {
        guard let runs = unknownRuns else { return (self, false) }
        var memory = self
        memory.unknownRuns = runs + 1
        memory.isUnknownTold = isUnknownTold || runs + 1 >= limit
        return (memory, memory.isUnknownTold && !isUnknownTold)
    }
}

/// What can be news of an item, in the order in which a run tells it.
enum StockNews: String, CaseIterable {
    case inStock = "in-stock"
    case gone
    case price
    case unknown

    /// What became of an item in a run: what was known before it, and is after.
    static func between(_ before: StockMemory, _ after: StockMemory) -> [StockNews] {
        var news: [StockNews] = []
        if after.isInStock == true, before.isInStock != true { news.append(.inStock) }
        if after.isInStock == false, before.isInStock == true { news.append(.gone) }
        if !before.price.isEmpty, before.price != after.price { news.append(.price) }
        return news
    }
}

/// How a watch stands after a run.
public enum StockStatus: String, Sendable, CaseIterable {
    /// The first complete run.
    case initialized = "INITIALIZED"
    /// Something came in stock.
    case itemsInStock = "ITEMS_IN_STOCK"
    /// Something went out, and nothing came in.
    case itemsGone = "ITEMS_GONE"
    case noChange = "NO_CHANGE"

    /// Nil before the first complete run, and for a failed run that has nothing to say: the watch stands as it stood.
    ///
    /// - Parameter isInitialized: whether there was a complete run before.
    init?(_ news: [StockNews], _ outcome: RunOutcome, isInitialized: Bool) {
        if !isInitialized {
            guard outcome == .completed else { return nil }
            self = .initialized
        } else if news.contains(.inStock) {
            self = .itemsInStock
        } else if news.contains(.gone) {
            self = .itemsGone
        } else if outcome == .failed {
            return nil
        } else {
            self = .noChange
        }
    }
}

/// What of an item's fields is about its stock.
struct StockFields {
    let availability: Availability
    /// Canonical JSON; empty where there is none.
    let price: [UInt8]

    init(_ fields: JSON) {
        availability = fields[Availability.member]?.stringValue.flatMap { Availability(rawValue: $0) } ?? .unknown
        price = fields["price"]?.canonicalBytes ?? []
    }
}
