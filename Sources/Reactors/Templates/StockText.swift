// What is said about a shop's stock: the watch, how it stands, and the items that changed and no others.

import CanonicalJSON

enum StockText {
    /// So many items are named; a shop that sells out as a whole is told in fewer words.
    private static let itemsMax = 50

    static func isDue(_ change: JSON) -> Bool { change["kind"]?.stringValue?.hasPrefix("stock.") ?? false }

    /// For channels that have a subject line: `mugs: ITEMS_IN_STOCK`.
    static func subject(_ change: JSON) -> String {
        let watch = change["watch"]?.stringValue ?? change["subject"]?.stringValue ?? "?"
        let state =
            switch change["kind"]?.stringValue {
            case "stock.initialized": "INITIALIZED"
            case "stock.in-stock": "ITEMS_IN_STOCK"
            // The status of a run in which others came in says that.
            case "stock.gone": "ITEMS_GONE"
            case "stock.price": "prices changed"
            default: "cannot tell whether items are in stock"
            }
        return SafeText.visible("\(watch): \(state)")
    }

    /// One line, or where several items changed a line for each below the first.
    static func lines(_ change: JSON) -> [String] {
        let subject = subject(change)
        if let counts = change["counts"] { return ["\(subject): \(summary(counts))"] }
        let items = change["items"]?.arrayValue ?? []
        guard items.count > 1 else { return ["\(subject)" + (items.first.map { ": \(line($0))" } ?? "")] }
        let shown = items.prefix(itemsMax).map { "  \(line($0))" }
        return [subject] + shown + (items.count > itemsMax ? ["  … and \(items.count - itemsMax) more"] : [])
    }

    /// `Blue mug, 1209.5 USD, https://shop.example/a1`; of a price that changed `1299 USD -> 1209.5 USD`.
    private static func line(_ item: JSON) -> String {
        let name = SafeText.shortened(item["name"]?.stringValue ?? item["key"]?.stringValue ?? "?", to: 150)
        let prices = [item["was"], item["price"]].compactMap { $0.map(price) }.joined(separator: " -> ")
        let parts = [name, prices, item["url"]?.stringValue ?? ""]
        return SafeText.visible(parts.filter { !$0.isEmpty }.joined(separator: ", "))
    }

    private static func price(_ value: JSON) -> String {
        guard let amount = value["amount"], value["currency"] == nil else { return value.plainText }
        return amount.plainText
    }

    /// `3 items, 1 in stock, 2 out of stock`.
    private static func summary(_ counts: JSON) -> String {
        let states = [("in-stock", "in stock"), ("out-of-stock", "out of stock"), ("unknown", "unknown")]
        let numbers = states.map { counts[$0.0]?.intValue ?? 0 }
        let all = numbers.reduce(0, +)
        let parts = zip(numbers, states).filter { $0.0 > 0 }.map { "\($0) \($1.1)" }
        return (["\(all) item\(all == 1 ? "" : "s")"] + parts).joined(separator: ", ")
    }
}
