// Microdata (HTML Standard, chapter 5), in the shape that JSON-LD has: an object with `@type`, and a list of values for each property.

import CanonicalJSON

struct Microdata {
    private let tree: Tree
    private let scope: NameTable.ID
    private let property: NameTable.ID?
    private let type: NameTable.ID?
    private let references: NameTable.ID?
    /// The elements that can be referred to, by their ids; the first of each.
    private let byID: [[UInt8]: Tree.Index]
    /// Items that have been read: as values of others, or by themselves.
    private var seen: Set<Tree.Index> = []
    /// What may still be read of this page. Elements that lie in one another, and items that share properties, would otherwise say
    /// the same text again and again.
    private var properties = 100_000
    private var bytes = 32 << 20

    /// The items that are no other's value, in the page's order.
    static func items(of tree: Tree) -> [JSON] {
        guard var microdata = Microdata(tree) else { return [] }
        return microdata.items()
    }

    /// Nil for a page without any.
    private init?(_ tree: Tree) {
        guard let scope = tree.names.find("itemscope") else { return nil }
        self.tree = tree
        self.scope = scope
        property = tree.names.find("itemprop")
        type = tree.names.find("itemtype")
        references = tree.names.find("itemref")
        byID = references == nil ? [:] : Self.elements(of: tree)
    }

    private static func elements(of tree: Tree) -> [[UInt8]: Tree.Index] {
        var byID: [[UInt8]: Tree.Index] = [:]
        for place in tree.nodes.indices where tree.isElement(place) {
            guard let id = tree.attribute(KnownName.id.id, of: place) else { continue }
            if byID[Array(id)] == nil { byID[Array(id)] = place }
        }
        return byID
    }

    private mutating func items() -> [JSON] {
        let scopes = tree.nodes.indices.filter { tree.isElement($0) && tree.attribute(scope, of: $0) != nil }
        let isValue = { [property, tree] (place: Tree.Index) in
            property.map { tree.attribute($0, of: place) != nil } ?? false
        }
        var items: [(place: Tree.Index, item: JSON)] = []
        for place in scopes where !isValue(place) { items.append((place, item(place))) }
        // Values of nothing: pages leave out what they belong to.
        for place in scopes where isValue(place) && !seen.contains(place) { items.append((place, item(place))) }
        return items.sorted { $0.place < $1.place }.map(\.item)
    }

    private mutating func item(_ place: Tree.Index) -> JSON {
        guard seen.insert(place).inserted else { return .null }
        var properties: [String: [JSON]] = [:]
        collect(place + 1..<Int(tree.nodes[place].end), into: &properties)
        for id in words(references, of: place) {
            guard let referred = byID[Array(id.utf8)] else { continue }
            collect(referred..<Int(tree.nodes[referred].end), into: &properties)
        }
        var object = JSONObject(properties.map { ($0.key, .array($0.value)) })
        let types = words(type, of: place)
        if !types.isEmpty { object["@type"] = .array(types.map { .string($0) }) }
        return .object(object)
    }

    /// The properties in a range; those inside other items are theirs.
    private mutating func collect(_ range: Range<Tree.Index>, into properties: inout [String: [JSON]]) {
        var place = range.lowerBound
        while place < range.upperBound, self.properties > 0, bytes > 0 {
            guard tree.isElement(place) else {
                place += 1
                continue
            }
            let isItem = tree.attribute(scope, of: place) != nil
            let names = words(property, of: place)
            if !names.isEmpty {
                let value = isItem ? item(place) : text(of: place)
                self.properties -= names.count
                for name in names where value != .null { properties[name, default: []].append(value) }
            }
            place = isItem ? Int(tree.nodes[place].end) : place + 1
        }
    }

    private mutating func text(of place: Tree.Index) -> JSON {
        let text = value(of: place)
        bytes -= text.utf8.count
        return .string(text)
    }

    /// `content` wherever it stands, as pages use it; else what the element is for; else its text.
    private func value(of place: Tree.Index) -> String {
        let name = tree.names.text(tree.nodes[place].name)
        let attribute: NameTable.ID? =
            switch name {
            case "a", "area", "link": KnownName.href.id
            case "audio", "embed", "iframe", "img", "source", "track", "video": KnownName.src.id
            case "object", "data", "meter", "time":
                tree.names.find(["object": "data", "time": "datetime"][name] ?? "value")
            default: nil
            }
        for attribute in [KnownName.content.id, attribute].compactMap(\.self) {
            if let value = tree.attribute(attribute, of: place) {
                return String(decoding: WhiteSpace.folded(value), as: UTF8.self)
            }
        }
        return String(decoding: tree.foldedText(of: place), as: UTF8.self)
    }

    private func words(_ attribute: NameTable.ID?, of place: Tree.Index) -> [String] {
        guard let attribute, let value = tree.attribute(attribute, of: place) else { return [] }
        return value.split(whereSeparator: WhiteSpace.isASCII).map { String(decoding: $0, as: UTF8.self) }
    }
}
