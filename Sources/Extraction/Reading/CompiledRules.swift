// All selectors of a watch, compiled together so that they share the numbers of their names.

import CanonicalJSON

struct CompiledRules: Sendable {
    /// Raised when the same rules read the same page differently than before.
    private static let readerVersion = 1

    let items: Selector
    /// In the order of the bytes of their names, which is the order in which they are written; then what decides the availability, and
    /// the key as the last one.
    let fields: [CompiledField]
    /// How many of them are written into an item.
    let valueCount: Int
    /// Places among `fields`; nil where a rule is not given.
    let inStock: Int?
    let outOfStock: Int?
    let next: CompiledField?
    /// The selectors of all fields, those of one field after another in the order in which they are tried.
    let slots: [Slot]
    /// The CSS of the slots in one.
    let index: SelectorIndex
    /// How many slots are looked for by CSS inside the item; an item is walked to its end only while one is missing.
    let cssSlots: Int
    let usesXPath: Bool
    let names: NameTable
    let digestText: String

    var keyField: Int { fields.count - 1 }
    /// Those that are written into an item.
    var values: Range<Int> { 0..<valueCount }
    var hasAvailability: Bool { inStock != nil || outOfStock != nil }

    /// One selector of a field.
    struct Slot: Sendable {
        let field: Int
        let selector: Selector
    }

    /// Where a field's slots are.
    let slotRanges: [Range<Int>]

    init(
        items: String, key: FieldRule, fields: [(name: String, rule: FieldRule)], next: String?,
        availability: AvailabilityRules? = nil
    ) throws(ExtractionError) {
        var names = NameTable()
        self.items = try Selector(items, names: &names)
        if case .css(let selector, let attribute) = self.items, selector == nil || attribute != nil {
            throw .badSelector(selector: items, place: 1, reason: "items are elements; an attribute is none")
        }
        let isJSON = self.items.isJQ || self.items.isProducts
        var compiled: [CompiledField] = []
        for (name, rule) in fields.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
            if let last = compiled.last, last.name.utf8.elementsEqual(name.utf8) {
                throw .badRule(field: name, reason: "it is given twice")
            }
            if name == Availability.field, availability != nil {
                throw .badRule(field: name, reason: "this name is taken: availability: says what stands there")
            }
            compiled.append(try CompiledField(name: name, rule: rule, isJSON: isJSON, names: &names))
        }
        valueCount = compiled.count
        let rules = [availability?.inStock, availability?.outOfStock]
        var places: [Int?] = []
        for rule in rules {
            places.append(rule == nil ? nil : compiled.count)
            guard let rule else { continue }
            compiled.append(
                try CompiledField(name: Availability.field, rule: rule.field, isJSON: isJSON, names: &names))
        }
        (inStock, outOfStock) = (places[0], places[1])
        compiled.append(try CompiledField(name: "key", rule: key, isJSON: isJSON, names: &names))
        self.fields = compiled
        self.next = try next.map { text throws(ExtractionError) in
            try CompiledField(name: "next", rule: FieldRule(select: text, as: .url), isJSON: isJSON, names: &names)
        }
        let slots = compiled.indices.flatMap { field in
            compiled[field].selectors.map { Slot(field: field, selector: $0) }
        }
        let css = slots.indices.compactMap { slot -> (Int, CSSSelector)? in
            guard case .css(let selector?, _) = slots[slot].selector else { return nil }
            return (slot, selector)
        }
        self.slots = slots
        slotRanges = CompiledRules.ranges(of: compiled)
        index = SelectorIndex(css, names: names)
        cssSlots = css.count
        let others = self.next?.selectors ?? []
        usesXPath = self.items.isXPath || slots.contains { $0.selector.isXPath } || others.contains(where: \.isXPath)
        self.names = names
        digestText = CompiledRules.digestText(
            items: items, key: key, fields: compiled[..<valueCount].map { ($0.name, $0.rule) }, next: next,
            availability: availability)
    }

    private static func ranges(of fields: [CompiledField]) -> [Range<Int>] {
        var end = 0
        return fields.map { field in
            defer { end += field.selectors.count }
            return end..<end + field.selectors.count
        }
    }

    private static func digestText(
        items: String, key: FieldRule, fields: [(String, FieldRule)], next: String?, availability: AvailabilityRules?
    ) -> String {
        var object = JSONObject([
            ("reader", JSON(readerVersion)), ("items", .string(items)), ("key", json(key)),
            ("fields", .object(JSONObject(fields.map { ($0.0, json($0.1)) }))),
        ])
        object["next"] = next.map { .string($0) }
        if let availability {
            object["availability"] = .array(
                [availability.inStock, availability.outOfStock].map { $0.map { json($0.field) } ?? .null })
        }
        return JSON.object(object).canonicalText
    }

    private static func json(_ rule: FieldRule) -> JSON {
        var object = JSONObject([("as", .string(rule.kind.rawValue))])
        object["select"] =
            rule.selectors.count > 1 ? .array(rule.selectors.map(JSON.string)) : rule.selectors.first.map(JSON.string)
        object["all"] = rule.all ? true : nil
        object["remove"] = rule.remove.map { .string($0) }
        object["match"] = rule.match.map { .string($0) }
        object["timezone"] = rule.timezone.map { .string($0) }
        object["format"] = rule.format.map { .string($0) }
        return .object(object)
    }
}
