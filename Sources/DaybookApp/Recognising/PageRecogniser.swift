// What a page is, and the watch that it suggests: one table, tried from the top.

import CanonicalJSON
import Extraction
import Foundation

/// A page that was fetched once.
struct SeenPage: Sendable {
    /// Where it was asked for.
    let url: String
    let mediaType: String?
    let body: [UInt8]
}

/// One kind of page.
struct PageRecogniser: Sendable {
    let name: String
    /// What it is, for the person who is told: `it is …`.
    let about: String
    /// The watch for such a page, without its schedule; nil where it is not one.
    let watch: @Sendable (SeenPage) -> [SuggestedYAML.Entry]?

    /// The first that knows the page decides; the last knows every page.
    static let all = [frab] + shops + [shopify, refurbished, offers] + shopsByHost + [list, page]

    static func recognise(_ page: SeenPage) -> (recogniser: PageRecogniser, watch: [SuggestedYAML.Entry]) {
        for recogniser in all {
            if let watch = recogniser.watch(page) { return (recogniser, watch) }
        }
        return (PageRecogniser.page, [])
    }
}

extension PageRecogniser {
    /// The schedule XML of frab, pretalx and their relatives: `<schedule>` with `<event>`s, as CCC and FOSDEM publish it.
    static let frab = PageRecogniser(name: "frab-xml", about: "a conference schedule (frab XML)") { page in
        guard page.startsLikeMarkup, let root = page.rootElement, root == "schedule", page.contains("<event ") else {
            return nil
        }
        return [
            .init(key: "kind", value: .text("sessions")), .init(key: "preset", value: .text("frab-xml")),
            .init(key: "fetch", value: .table(["url": .text(page.url)])),
        ]
    }

    /// A JSON list of objects, where it is clear-cut which list, and what an item is known by.
    static let list = PageRecogniser(name: "json-list", about: "a list of things in JSON") { page in
        guard let json = try? JSON.parse(page.body), let found = JSONList(json) else { return nil }
        return [
            .init(key: "kind", value: .text("items")), .init(key: "fetch", value: .table(["url": .text(page.url)])),
            .init(key: "items", value: .text(found.items)), .init(key: "key", value: .text("jq:.\(found.key)")),
            .init(
                key: "fields",
                value: .table(found.fields.map { .init(key: $0, value: .text("jq:.\($0)")) })),
        ]
    }

    /// Any other page: its text.
    static let page = PageRecogniser(name: "page", about: "a page, whose text is watched") { page in
        [
            .init(key: "kind", value: .text("page")),
            .init(key: "fetch", value: .table(["url": .text(page.url)])),
        ]
    }
}

extension SeenPage {
    /// So much of it is looked at for words.
    private static let lookedAt = 1 << 20

    fileprivate var startsLikeMarkup: Bool {
        let start = body.drop { [0xEF, 0xBB, 0xBF, 0x20, 0x09, 0x0A, 0x0D].contains($0) }
        return start.first == UInt8(ascii: "<")
    }

    fileprivate func contains(_ text: String) -> Bool {
        Data(body.prefix(SeenPage.lookedAt)).firstRange(of: Data(text.utf8)) != nil
    }

    /// The name of an XML document's first element, in small letters.
    fileprivate var rootElement: String? {
        let text = String(decoding: body.prefix(1 << 16), as: UTF8.self)
        let withoutComments = text.replacing(/<!--.*?-->/.dotMatchesNewlines(), with: "")
        return withoutComments.firstMatch(of: /<([A-Za-z][A-Za-z0-9:_-]*)[\s>\/]/).map { $0.1.lowercased() }
    }
}

/// A list of objects in which one member tells them apart.
struct JSONList: Equatable {
    /// Selects the items.
    let items: String
    let key: String
    /// What every item has, and is text, a number or a truth value; in the order of their names.
    let fields: [String]

    /// What an identifier is usually called, the likeliest first.
    static let keyNames = ["id", "guid", "uuid", "key", "code", "slug", "sku", "number", "url", "link"]
    private static let fieldsMax = 12

    init?(_ json: JSON) {
        guard let (items, list) = Self.list(in: json) else { return nil }
        let objects = list.compactMap(\.objectValue)
        guard objects.count == list.count, let first = objects.first, objects.count >= 2 else { return nil }
        let common = first.keys.filter { name in
            name.utf8.allSatisfy(Self.isPlain) && name.first?.isNumber == false
                && objects.allSatisfy { $0[name].map(Self.isScalar) == true }
        }
        guard let key = Self.keyNames.first(where: { common.contains($0) && Self.tellsApart($0, objects) }) else {
            return nil
        }
        let fields = common.filter { $0 != key }
        guard !fields.isEmpty else { return nil }
        self.items = items
        self.key = key
        self.fields = Array(fields.prefix(Self.fieldsMax))
    }

    /// The document itself, or the only list among an object's members.
    private static func list(in json: JSON) -> (String, [JSON])? {
        if let list = json.arrayValue { return ("jq:.[]", list) }
        let lists = (json.objectValue?.members ?? []).compactMap { member in
            member.value.arrayValue.map { (member.key, $0) }
        }
        guard lists.count == 1, let (name, list) = lists.first, name.utf8.allSatisfy(isPlain) else { return nil }
        return ("jq:.\(name)[]", list)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5F
    }

    private static func isScalar(_ value: JSON) -> Bool {
        switch value {
        case .string, .number, .bool: true
        default: false
        }
    }

    private static func tellsApart(_ name: String, _ objects: [JSONObject]) -> Bool {
        var seen: Set<JSON> = []
        return objects.allSatisfy { object in
            guard let value = object[name], value.boolValue == nil, value != "" else { return false }
            return seen.insert(value).inserted
        }
    }
}
