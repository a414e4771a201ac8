// The products and offers among nodes in schema.org's terms, whatever these stand in: lists, graphs, pages, breadcrumbs.

import CanonicalJSON

struct ProductNodes {
    /// So many things a page sells at most; what lies beyond is not read.
    static let productsMax = 10_000

    private(set) var products: [Product] = []
    private var orphans: [Offer] = []
    /// So many offers are still read: many products can refer to one long list of them.
    private var offersLeft = 100_000
    /// Nodes that others refer to by `@id` alone.
    private var known: [String: JSONObject] = [:]

    /// https://schema.org/Product and what is more special than that.
    private static let productTypes: Set<String> = [
        "Product", "IndividualProduct", "ProductCollection", "ProductGroup", "ProductModel", "SomeProducts",
        "DietarySupplement", "Vehicle", "Car", "Motorcycle", "BusOrCoach", "MotorizedBicycle",
    ]
    static let offerTypes: Set<String> = ["Offer", "AggregateOffer", "OfferForPurchase", "OfferForLease"]

    /// Properties that lead to other products than those that are sold here.
    private static let elsewhere: Set<String> = [
        "isRelatedTo", "isSimilarTo", "isAccessoryOrSparePartFor", "isConsumableFor", "isVariantOf", "itemReviewed",
        "review", "reviews", "predecessorOf", "successorOf", "addOn",
    ]

    init(in documents: [JSON]) {
        for document in documents { index(document) }
        for document in documents { collect(document) }
        // Offers of nothing in particular are those of the page's one product.
        if products.isEmpty, !orphans.isEmpty { products = [Product(offers: [orphans])] }
    }

    static func types(of node: JSONObject) -> Set<String> {
        let types = node["@type"].map { $0.arrayValue ?? [$0] } ?? []
        return Set(
            types.compactMap(\.stringValue).map { type in
                type.split { "/#:".contains($0) }.last.map(String.init) ?? type
            })
    }

    private mutating func index(_ value: JSON) {
        switch value {
        case .array(let values): for value in values { index(value) }
        case .object(let node):
            if let id = node["@id"]?.stringValue, node.count > 1, known[id] == nil { known[id] = node }
            for member in node.members { index(member.value) }
        default: break
        }
    }

    /// The node itself, or the one that it refers to.
    private func resolved(_ node: JSONObject) -> JSONObject {
        guard node.count == 1, let id = node["@id"]?.stringValue else { return node }
        return known[id] ?? node
    }

    private mutating func collect(_ value: JSON) {
        guard products.count < Self.productsMax else { return }
        switch value {
        case .array(let values): for value in values { collect(value) }
        case .object(let node): collect(node)
        default: break
        }
    }

    private mutating func collect(_ node: JSONObject) {
        let types = Self.types(of: node)
        if !types.isDisjoint(with: Self.productTypes) { return take(product: node) }
        if !types.isDisjoint(with: Self.offerTypes) { return take(offer: node) }
        for member in node.members where !Self.elsewhere.contains(member.key) { collect(member.value) }
    }

    /// Variants are products of their own, and a group without offers is none beside them.
    private mutating func take(product node: JSONObject) {
        let product = product(node)
        var variants: [Product] = []
        for variant in objects(node["hasVariant"]).prefix(Self.productsMax) {
            var variant = self.product(resolved(variant))
            for member in ["name", "brand", "image"] where variant.texts[member] == nil {
                variant.texts[member] = product.texts[member]
            }
            variants.append(variant)
        }
        if variants.isEmpty || product.isOffered { products.append(product) }
        products += variants
    }

    private mutating func take(offer node: JSONObject) {
        let offers = offers(of: node)
        let offered = objects(node["itemOffered"]).map(resolved)
        guard !offered.isEmpty else {
            orphans += offers
            return
        }
        for node in offered.prefix(Self.productsMax) {
            var product = product(node)
            if !product.isOffered { product.offers = [offers] }
            products.append(product)
        }
    }

    private func objects(_ value: JSON?) -> [JSONObject] {
        switch value {
        case .array(let values): values.compactMap(\.objectValue)
        case .object(let node): [node]
        default: []
        }
    }

    private mutating func offers(of node: JSONObject) -> [Offer] {
        guard offersLeft > 0 else { return [] }
        let offers = OfferNode.offers(of: node, resolve: resolved)
        offersLeft -= offers.count + 1
        return offers
    }

    private mutating func product(_ node: JSONObject) -> Product {
        var product = Product()
        for (member, properties) in [
            "name": ["name", "title"], "sku": ["sku"], "mpn": ["mpn"], "productID": ["productID", "productId"],
            "gtin": ["gtin", "gtin13", "gtin12", "gtin14", "gtin8", "isbn"], "brand": ["brand", "manufacturer"],
            "url": ["url"], "image": ["image"],
        ] {
            product.texts[member] = firstText(properties, of: node)
        }
        if product.texts["url"] == nil, let id = node["@id"]?.stringValue, id.hasPrefix("http") {
            product.texts["url"] = id
        }
        var offers: [Offer] = []
        for offer in objects(node["offers"]) { offers += self.offers(of: resolved(offer)) }
        // What belongs into an offer stands beside it on some pages.
        if offers.isEmpty, let offer = OfferNode.offer(of: node) { offers = [offer] }
        product.offers = offers.isEmpty ? [] : [offers]
        return product
    }

    private func firstText(_ properties: [String], of node: JSONObject) -> String? {
        properties.lazy.compactMap { text(node[$0]) }.first
    }

    /// Nodes that refer to one another in a circle end here.
    private static let depthMax = 8
    /// So many values are looked at for one text: nodes can refer to one another in more ways than anybody could follow.
    private static let stepsMax = 200

    /// The first text of a value; of a node its name or address.
    private func text(_ value: JSON?) -> String? {
        var steps = 0
        return text(value, 0, &steps)
    }

    private func text(_ value: JSON?, _ depth: Int, _ steps: inout Int) -> String? {
        steps += 1
        guard depth < Self.depthMax, steps <= Self.stepsMax else { return nil }
        switch value {
        case .string(let text):
            let folded = String(decoding: WhiteSpace.folded(Array(LenientJSON.decoded(text).utf8)[...]), as: UTF8.self)
            return folded.isEmpty ? nil : folded
        case .number: return value?.canonicalText
        case .array(let values):
            for value in values.prefix(Self.stepsMax) {
                if let text = text(value, depth + 1, &steps) { return text }
            }
            return nil
        case .object(let node):
            let node = resolved(node)
            for member in ["name", "url", "contentUrl", "@value", "value"] {
                if let text = text(node[member], depth + 1, &steps) { return text }
            }
            return nil
        case .null, .bool, nil: return nil
        }
    }
}
