// OpenGraph's product tags: `<meta property="product:price:amount" content="…">` and its relatives, which speak of the page's one product.

import CanonicalJSON

enum OpenGraph {
    /// Nil where the page does not say that it sells something.
    static func product(of tree: Tree) -> Product? {
        let tags = tags(of: tree)
        func first(_ names: String...) -> String? { names.lazy.compactMap { tags[$0] }.first }
        let amount = first(
            "product:sale_price:amount", "product:price:amount", "og:price:amount", "product:price")
        let word = first("product:availability", "og:availability")
        guard amount != nil || word != nil || tags["og:type"].map({ $0.lowercased().contains("product") }) == true
        else {
            return nil
        }
        var product = Product()
        product.texts["name"] = first("og:title")
        product.texts["url"] = first("og:url")
        product.texts["image"] = first("og:image")
        product.texts["brand"] = first("product:brand", "og:brand")
        product.texts["sku"] = first("product:retailer_item_id", "product:retailer_part_no")
        product.texts["gtin"] = first("product:gtin", "product:ean", "product:upc", "product:isbn")
        product.texts["mpn"] = first("product:mfr_part_no")
        let currency = first("product:sale_price:currency", "product:price:currency", "og:price:currency")
        let price = amount.flatMap { OfferNode.money($0, currency: currency) }
        if price != nil || word != nil {
            product.offers = [
                [
                    Offer(
                        price: price, availability: word.flatMap(OfferWord.availability), word: word.map(OfferWord.bare)
                    )
                ]
            ]
        }
        return product
    }

    /// By name, in lower case; the first of each that says something.
    private static func tags(of tree: Tree) -> [String: String] {
        let property = tree.names.find("property")
        var tags: [String: String] = [:]
        for place in tree.nodes.indices where tree.isElement(place) && tree.nodes[place].name == KnownName.meta.id {
            guard let content = tree.attribute(KnownName.content.id, of: place),
                let name = property.flatMap({ tree.attribute($0, of: place) })
                    ?? tree.attribute(KnownName.name.id, of: place)
            else { continue }
            let value = String(decoding: WhiteSpace.folded(content), as: UTF8.self)
            let key = String(decoding: name, as: UTF8.self).lowercased().trimmingWhiteSpace()
            if !value.isEmpty, tags[key] == nil { tags[key] = value }
        }
        return tags
    }
}
