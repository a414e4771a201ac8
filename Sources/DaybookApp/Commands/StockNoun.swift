// `daybook stock …`: the collection of what shops have, with availability in the place of presence.

import ArgumentParser
import CanonicalJSON
import Observations
import Projections

enum StockNoun: CollectionNoun {
    static let name = "stock"
    static let singular = "item"
    static let plural = "items"
    static let exampleKey = "N82E16814126453"
    static let exampleCondition = "availability=in-stock"
    static let exampleColumns = "key,name,availability,price.amount"
    static let exampleWatch = "gtx3070"
    static var historyCommand: any ParsableCommand.Type { StockHistoryCommand.self }
    static let columns = ["availability", "price", "since", "item"]

    static func cells(of row: ItemRow) throws -> [Cell] {
        let fields = try JSON.parse(row.fields)
        let name = ["name", "title"].lazy.compactMap { fields[$0]?.stringValue }.first
        return [
            state(of: row), Cell(fields["price"].map(price) ?? ""),
            Cell(EventText.clock(row.stock?.since ?? row.lastChanged), .faint),
            Cell(try name ?? FieldText.summary(row.fields)),
        ]
    }

    static func state(of row: ItemRow) -> Cell {
        guard row.state == .present else { return Cell("absent", .bad) }
        let availability = row.stock?.availability ?? .unknown
        return Cell(availability.rawValue, tint(availability))
    }

    static func tint(_ availability: Availability) -> Tint {
        switch availability {
        case .inStock: .good
        case .outOfStock: .bad
        case .unknown: .warning
        }
    }

    /// `1209.5 USD`; what is no money as it is.
    static func price(_ value: JSON) -> String {
        guard let amount = value["amount"]?.numberValue else { return EventText.plain(value) }
        let currency = value["currency"]?.stringValue.map { " \($0)" } ?? ""
        return JSON.number(amount).canonicalText + currency
    }
}
