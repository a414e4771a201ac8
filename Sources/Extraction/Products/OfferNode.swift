// From an offer in schema.org's terms to its price and availability.

import CanonicalJSON

enum OfferNode {
    /// The offer, or those that an aggregate is made of; an aggregate that lists none is one itself.
    static func offers(of node: JSONObject, resolve: (JSONObject) -> JSONObject) -> [Offer] {
        let inner = (node["offers"].map { $0.arrayValue ?? [$0] } ?? []).compactMap(\.objectValue)
        let offers = inner.map(resolve).compactMap { offer(of: $0) }
        guard offers.isEmpty || offers.allSatisfy({ $0.availability == nil }), let own = offer(of: node) else {
            return offers
        }
        return offers + [own]
    }

    /// Nil where the node says neither.
    static func offer(of node: JSONObject) -> Offer? {
        let word = first(node["availability"])
        let price = price(of: node)
        guard word != nil || price != nil else { return nil }
        return Offer(price: price, availability: word.flatMap(OfferWord.availability), word: word.map(OfferWord.bare))
    }

    private static func price(of node: JSONObject) -> Money? {
        let currency = first(node["priceCurrency"]) ?? first(node["currency"])
        for name in ["price", "lowPrice"] {
            for text in texts(node[name]) {
                if let money = money(text, currency: currency) { return money }
            }
        }
        let specifications = (node["priceSpecification"].map { $0.arrayValue ?? [$0] } ?? []).compactMap(\.objectValue)
        let prices = specifications.compactMap { specification -> Money? in
            var price = price(of: specification)
            if price?.currency == nil { price?.currency = currency.flatMap(code) }
            return price
        }
        return prices.min { $0.amount < $1.amount }
    }

    /// A price in the vocabulary's own form has a point before its decimals, whatever the page's language; others are read as people write
    /// them.
    static func money(_ text: String, currency: String?) -> Money? {
        let text = text.trimmingWhiteSpace()
        let code = currency.flatMap(code)
        if text.wholeMatch(of: /[0-9]+(\.[0-9]+)?/) != nil, let amount = Double(text), amount.isFinite {
            return Money(amount: amount, currency: code)
        }
        guard let read = MoneyReading.money(text) else { return nil }
        return Money(amount: read.amount, currency: code ?? read.currency)
    }

    /// Three letters; a sign is what `MoneyReading` takes it for.
    private static func code(_ text: String) -> String? {
        let text = text.trimmingWhiteSpace().uppercased()
        if text.wholeMatch(of: /[A-Z]{3}/) != nil { return text }
        return MoneyReading.money("\(text) 1")?.currency
    }

    private static func first(_ value: JSON?) -> String? { texts(value).first }

    private static func texts(_ value: JSON?) -> [String] {
        switch value {
        case .string(let text): text.isEmpty ? [] : [text]
        case .number: [value?.canonicalText ?? ""]
        case .array(let values): values.flatMap(texts)
        case .object(let node): texts(node["@id"] ?? node["@value"] ?? node["name"])
        case .null, .bool, nil: []
        }
    }
}
