// One product told of in several ways is one product.

enum ProductMerge {
    /// The products of all sources, each once; what an earlier source says of it counts.
    static func merged(_ sources: [[Product]]) -> [Product] {
        var all: [Product] = []
        for source in sources {
            let own = source.reduce(into: [Product]()) { products, product in
                add(product, to: &products, areAlone: false, isSameSource: true)
            }
            let areAlone = own.count == 1 && all.count == 1
            for product in own { add(product, to: &all, areAlone: areAlone, isSameSource: false) }
        }
        // What is only named (in a review, a list of links) is not for sale where other things are.
        return all.contains(where: \.isOffered) ? all.filter(\.isOffered) : all
    }

    private static func add(
        _ product: Product, to products: inout [Product], areAlone: Bool, isSameSource: Bool
    ) {
        guard let place = products.firstIndex(where: { areSame($0, product, areAlone: areAlone) }) else {
            products.append(product)
            return
        }
        products[place].texts.merge(product.texts) { first, _ in first }
        if isSameSource, !products[place].offers.isEmpty {
            products[place].offers[0] += product.offers.flatMap(\.self)
        } else {
            products[place].offers += product.offers
        }
    }

    /// By what identifies them; else by name, or because each is the only one of its source. Two that are numbered otherwise are two.
    private static func areSame(_ one: Product, _ other: Product, areAlone: Bool) -> Bool {
        for member in ["sku", "productID", "gtin", "mpn"] {
            guard let left = one.texts[member], let right = other.texts[member] else { continue }
            return left.utf8.elementsEqual(right.utf8)
        }
        if areAlone { return true }
        if let left = one.texts["url"], let right = other.texts["url"] { return left.utf8.elementsEqual(right.utf8) }
        guard let left = one.texts["name"], let right = other.texts["name"] else { return false }
        return left.lowercased().utf8.elementsEqual(right.lowercased().utf8)
    }
}
