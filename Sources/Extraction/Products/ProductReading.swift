// What a page tells machines about the things that it sells: JSON-LD and microdata in schema.org's terms, and OpenGraph's product tags.

import CanonicalJSON

enum ProductReading {
    /// The page's products as a JSON array, in the order in which the page has them. Each is an object with what was said of `name`,
    /// `sku`, `gtin`, `mpn`, `productID`, `brand`, `url`, `image`, `price` (`{"amount","currency"?}`), the offer's `availability` (`in-stock`,
    /// `out-of-stock` or `unknown`) and `offered`, the shop's own word for that.
    static func products(of tree: Tree, url: String) -> JSON {
        let base = tree.baseURL(url)
        let sources = [
            ProductNodes(in: LinkedData.documents(of: tree)).products,
            ProductNodes(in: Microdata.items(of: tree)).products,
        ]
        let merged = ProductMerge.merged(sources, ofPage: OpenGraph.product(of: tree))
        return .array(merged.map { $0.json(base: base) })
    }
}

/// A product as one or several sources tell of it.
struct Product: Equatable {
    /// What may be said of one by a text, in the order in which one is known by it.
    static let members = ["sku", "productID", "gtin", "mpn", "url", "name", "brand", "image"]

    var texts: [String: String] = [:]
    /// What each source offers; one list a source.
    var offers: [[Offer]] = []

    /// Whether it says more than a name: what a review names is not for sale.
    var isOffered: Bool { offers.contains { !$0.isEmpty } }

    /// Several sellers or variants in one source: one that has it is enough. Sources that contradict each other leave it unknown.
    var availability: Availability {
        let said = Set(offers.compactMap(Self.availability))
        return said.count == 1 ? said.first ?? .unknown : .unknown
    }

    private static func availability(_ offers: [Offer]) -> Availability? {
        let said = offers.compactMap(\.availability)
        return said.contains(.inStock) ? .inStock : said.contains(.outOfStock) ? .outOfStock : nil
    }

    /// The lowest price at which it is to be had, or else is offered, in the first source that names one.
    var price: Money? {
        for source in offers {
            let available = source.filter { $0.availability == .inStock }.compactMap(\.price)
            let all = available.isEmpty ? source.compactMap(\.price) : available
            if let lowest = all.min(by: { $0.amount < $1.amount }) { return lowest }
        }
        return nil
    }

    func json(base: String) -> JSON {
        var object = JSONObject(texts.map { ($0.key, .string($0.value)) })
        for member in ["url", "image"] {
            object[member] = texts[member].flatMap { URLReference.resolve($0, against: base) }.map { .string($0) }
        }
        object["price"] = price?.json
        object["availability"] = .string(availability.rawValue)
        let words = offers.joined().compactMap(\.word)
        object["offered"] = (words.first { OfferWord.availability($0) == availability } ?? words.first).map {
            .string($0)
        }
        return .object(object)
    }
}

/// One offer.
struct Offer: Equatable {
    var price: Money?
    /// Nil where it says nothing, or nothing that is known.
    var availability: Availability?
    /// What it says: `InStock`.
    var word: String?
}

typealias Money = MoneyReading.Money

extension MoneyReading.Money {
    var json: JSON {
        var object = JSONObject([("amount", .number(amount))])
        object["currency"] = currency.map { .string($0) }
        return .object(object)
    }
}

/// The words for availability: schema.org's ItemAvailability as URL or bare word, and those of OpenGraph and of merchants' feeds.
enum OfferWord {
    private static let inStock: Set<String> = [
        "instock", "limitedavailability", "onlineonly", "instoreonly", "madetoorder", "available", "limitedstock",
    ]
    /// What can be ordered for later is not in stock.
    private static let outOfStock: Set<String> = [
        "outofstock", "soldout", "discontinued", "backorder", "backordered", "preorder", "presale", "reserved", "oos",
        "unavailable", "notavailable",
    ]

    /// The word without the vocabulary's name before it.
    static func bare(_ text: String) -> String {
        let text = text.trimmingWhiteSpace()
        guard text.contains("schema.org") || text.hasPrefix("schema:") else { return text }
        return text.split { "/#:".contains($0) }.last.map(String.init) ?? text
    }

    /// Nil for a word that says neither.
    static func availability(_ text: String) -> Availability? {
        let word = bare(text).lowercased().filter { $0.isASCII && $0.isLetter }
        return inStock.contains(word) ? .inStock : outOfStock.contains(word) ? .outOfStock : nil
    }
}
