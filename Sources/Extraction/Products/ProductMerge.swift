// One product told of in several ways is one product.

struct ProductMerge {
    private var all: [Product] = []
    /// The places of the products that have this said of them, by `MEMBER VALUE`; the first ones.
    private var places: [String: [Int]] = [:]

    /// Many products with one name and numbers of their own are not held against each other all.
    private static let candidatesMax = 50

    /// The products of all sources, each once; what an earlier source says of it counts.
    ///
    /// - Parameter ofPage: what speaks of the page's one product: of none of them where the page has several.
    static func merged(_ sources: [[Product]], ofPage: Product?) -> [Product] {
        var merge = ProductMerge()
        for source in sources {
            var own = ProductMerge()
            for product in source { own.add(product, areAlone: false, isSameSource: true) }
            let areAlone = own.all.count == 1 && merge.all.count == 1
            for product in own.all { merge.add(product, areAlone: areAlone, isSameSource: false) }
        }
        if let ofPage { merge.add(ofPage: ofPage) }
        // What is only named (in a review, a list of links) is not for sale where other things are.
        return merge.all.contains(where: \.isOffered) ? merge.all.filter(\.isOffered) : merge.all
    }

    private mutating func add(ofPage product: Product) {
        let isOneOfSeveral = all.lazy.filter(\.isOffered).prefix(2).count > 1
        guard place(of: product, areAlone: all.count == 1) != nil || !isOneOfSeveral else { return }
        add(product, areAlone: all.count == 1, isSameSource: false)
    }

    private mutating func add(_ product: Product, areAlone: Bool, isSameSource: Bool) {
        guard let place = place(of: product, areAlone: areAlone) else {
            all.append(product)
            return note(all.count - 1, Self.marks(of: product))
        }
        let known = Set(Self.marks(of: all[place]))
        all[place].texts.merge(product.texts) { first, _ in first }
        if isSameSource, !all[place].offers.isEmpty {
            all[place].offers[0] += product.offers.flatMap(\.self)
        } else {
            all[place].offers += product.offers
        }
        note(place, Self.marks(of: all[place]).filter { !known.contains($0) })
    }

    private mutating func note(_ place: Int, _ marks: [String]) {
        for mark in marks where places[mark, default: []].count < Self.candidatesMax {
            places[mark, default: []].append(place)
        }
    }

    private func place(of product: Product, areAlone: Bool) -> Int? {
        let candidates = areAlone ? Array(all.indices) : Self.marks(of: product).flatMap { places[$0] ?? [] }
        return candidates.filter { areSame(all[$0], product, areAlone: areAlone) }.min()
    }

    private static let numbers = ["sku", "productID", "gtin", "mpn"]

    /// What two that are the same have in common at least one of.
    private static func marks(of product: Product) -> [String] {
        (numbers + ["url"]).compactMap { member in product.texts[member].map { "\(member) \($0)" } }
            + (product.texts["name"].map { ["name \($0.lowercased())"] } ?? [])
    }

    /// By what identifies them; else by name, or because each is the only one of its source. Two that are numbered otherwise are two.
    private func areSame(_ one: Product, _ other: Product, areAlone: Bool) -> Bool {
        for member in Self.numbers {
            guard let left = one.texts[member], let right = other.texts[member] else { continue }
            return left.utf8.elementsEqual(right.utf8)
        }
        if areAlone { return true }
        if let left = one.texts["url"], let right = other.texts["url"] { return left.utf8.elementsEqual(right.utf8) }
        guard let left = one.texts["name"], let right = other.texts["name"] else { return false }
        return left.lowercased().utf8.elementsEqual(right.lowercased().utf8)
    }
}
