// Items and their fields from a parsed page. Every item is walked once, for all fields together.

import CanonicalJSON

struct MarkupReader {
    /// Where a value comes from: a place in the tree, or a text that XPath computed.
    private enum Source {
        case node(Tree.Index)
        case text([UInt8])
    }

    private let rules: CompiledRules
    private let tree: Tree
    private let xpath: XPathDocument?
    private let base: String
    /// For each slot the places that its CSS found in the item at hand, ascending.
    private var found: [[Tree.Index]]
    private var folded = FoldedText()

    init(_ rules: CompiledRules, tree: Tree, url: String) throws(ExtractionError) {
        self.rules = rules
        self.tree = tree
        xpath = rules.usesXPath ? try XPathDocument(tree) : nil
        base = tree.baseURL(url)
        found = Array(repeating: [], count: rules.slots.count)
    }

    mutating func page() throws(ExtractionError) -> Page {
        var page = Page()
        page.title = tree.title
        for item in try items() { page.take(try read(item)) }
        page.next = try next()
        return page
    }

    /// What one of the items says.
    mutating func read(_ item: Tree.Index) throws(ExtractionError) -> ItemReading {
        collect(in: item)
        guard let key = try key(of: item) else { return ItemReading() }
        return try reading(of: item, key: key)
    }

    /// The elements that the items' selector finds, in document order.
    func items() throws(ExtractionError) -> [Tree.Index] {
        switch rules.items {
        case .css(let selector?, _):
            let index = SelectorIndex([(0, selector)], names: rules.names)
            var items: [Tree.Index] = []
            for place in tree.nodes.indices where tree.isElement(place) {
                index.forEachMatch(in: tree, at: place, scope: Tree.document, isWanted: { _ in items.last != place }) {
                    _ in
                    items.append(place)
                }
            }
            return items
        case .xpath(let expression):
            return try find(expression, from: Tree.document).compactMap {
                if case .node(let index) = $0 { index } else { nil }
            }
        case .css(nil, _), .jq, .products: return []
        }
    }

    // MARK: Finding

    private mutating func collect(in item: Tree.Index) {
        for slot in found.indices { found[slot].removeAll(keepingCapacity: true) }
        var missing = rules.cssSlots
        guard missing > 0 else { return }
        for place in item + 1..<Int(tree.nodes[item].end) where tree.isElement(place) {
            var satisfied = 0
            rules.index.forEachMatch(
                in: tree, at: place, scope: item,
                isWanted: { found[$0].isEmpty || (takesAll($0) && found[$0].last != place) }
            ) { slot in
                guard hasAttribute(place, rules.slots[slot].selector) else { return }
                if found[slot].isEmpty, !takesAll(slot) { satisfied += 1 }
                found[slot].append(place)
            }
            missing -= satisfied
            if missing == 0 { return }
        }
    }

    private func takesAll(_ slot: Int) -> Bool { rules.fields[rules.slots[slot].field].rule.all }

    /// `SELECTOR@attribute` looks for an element that has the attribute.
    private func hasAttribute(_ place: Tree.Index, _ selector: Selector) -> Bool {
        guard case .css(_, let attribute?) = selector else { return true }
        return tree.attribute(attribute.id(in: tree), of: place) != nil
    }

    private func find(_ expression: XPathExpression, from index: Tree.Index) throws(ExtractionError) -> [Source] {
        try (xpath?.find(expression, from: index) ?? []).map {
            switch $0 {
            case .element(let index): .node(index)
            case .text(let text): .text(text)
            }
        }
    }

    private func sources(_ slot: Int, in item: Tree.Index) throws(ExtractionError) -> [Source] {
        switch rules.slots[slot].selector {
        case .css(nil, _): return hasAttribute(item, rules.slots[slot].selector) ? [.node(item)] : []
        case .css: return found[slot].map { .node($0) }
        case .xpath(let expression):
            let all = try find(expression, from: item)
            return takesAll(slot) ? all : Array(all.prefix(1))
        case .jq, .products: return []
        }
    }

    // MARK: Values

    private mutating func key(of item: Tree.Index) throws(ExtractionError) -> String? {
        guard case .value(.string(let key)) = try value(of: rules.keyField, in: item) else { return nil }
        return key
    }

    private mutating func reading(of place: Tree.Index, key: String) throws(ExtractionError) -> ItemReading {
        var item = ReadItem(key: key, fields: JSONObject())
        var failures: [FieldFailure] = []
        for field in rules.values {
            switch try value(of: field, in: place) {
            case .nothing: break
            case .value(let value): item.fields[rules.fields[field].name] = value
            case .failure(let reason):
                item.unreadable.append(rules.fields[field].name)
                failures.append(FieldFailure(key: key, field: rules.fields[field].name, reason: reason))
            }
        }
        if rules.hasAvailability {
            let availability = try availability(of: place, key: key, &failures)
            item.fields[Availability.field] = .string(availability.rawValue)
        }
        return ItemReading(item: item, failures: failures)
    }

    private mutating func availability(
        of item: Tree.Index, key: String, _ failures: inout [FieldFailure]
    ) throws(ExtractionError) -> Availability {
        var answers: [Bool?] = []
        for place in [rules.inStock, rules.outOfStock] {
            guard let place else {
                answers.append(false)
                continue
            }
            do throws(ExtractionError) { answers.append(try holds(place, in: item)) } catch {
                failures.append(FieldFailure(key: key, field: Availability.field, reason: error.description))
                answers.append(nil)
            }
        }
        return Availability(inStock: answers[0], outOfStock: answers[1])
    }

    /// Whether something is found, and matches where it has to.
    private mutating func holds(_ field: Int, in item: Tree.Index) throws(ExtractionError) -> Bool {
        let rule = rules.fields[field]
        for slot in rules.slotRanges[field] {
            for source in try sources(slot, in: item) {
                fold(rule, rules.slots[slot].selector, source)
                if rule.values.hasPattern {
                    if try rule.values.matches(folded.bytes) { return true }
                } else if case .node = source {
                    return true
                } else if !folded.isEmpty {
                    return true
                }
            }
        }
        return false
    }

    /// The value that the first of the field's selectors finds which finds any.
    private mutating func value(of field: Int, in item: Tree.Index) throws(ExtractionError) -> ValueReader.Outcome {
        for slot in rules.slotRanges[field] {
            let outcome = try value(of: rules.fields[field], at: slot, in: item)
            if case .nothing = outcome { continue }
            return outcome
        }
        return .nothing
    }

    private mutating func value(
        of field: CompiledField, at slot: Int, in item: Tree.Index
    ) throws(ExtractionError) -> ValueReader.Outcome {
        let selector = rules.slots[slot].selector
        let isList = field.rule.all || field.rule.kind == .lines
        if !isList {
            guard let source = try sources(slot, in: item).first else { return .nothing }
            return single(field, selector, source)
        }
        var values: [JSON] = []
        for source in try sources(slot, in: item) {
            for outcome in field.rule.kind == .lines
                ? lines(field, selector, source) : [single(field, selector, source)]
            {
                switch outcome {
                case .nothing: break
                case .value(let value): values.append(value)
                case .failure: return outcome
                }
            }
        }
        return values.isEmpty ? .nothing : .value(.array(values))
    }

    private mutating func single(
        _ rule: CompiledField, _ selector: Selector, _ source: Source
    ) -> ValueReader.Outcome {
        if case .node(let place) = source, rule.rule.kind == .html, attributeName(rule, selector, place) == nil {
            let html = tree.innerHTML(of: place, without: removed(rule, in: place))
            return html.withUnsafeBufferPointer { rule.values.read($0, base: base) }
        }
        fold(rule, selector, source)
        return folded.bytes.withUnsafeBufferPointer { rule.values.read($0, base: base) }
    }

    /// Puts the text of what was found into `folded`.
    private mutating func fold(_ rule: CompiledField, _ selector: Selector, _ source: Source) {
        folded.reset()
        switch source {
        case .node(let place):
            if let name = attributeName(rule, selector, place) {
                tree.attribute(name, of: place)?.withUnsafeBufferPointer { folded.append($0) }
            } else {
                tree.appendText(of: place, without: removed(rule, in: place), to: &folded)
            }
        case .text(let text): text.withUnsafeBufferPointer { folded.append($0) }
        }
    }

    private func lines(_ rule: CompiledField, _ selector: Selector, _ source: Source) -> [ValueReader.Outcome] {
        let lines: [[UInt8]]
        switch source {
        case .node(let place):
            if let name = attributeName(rule, selector, place) {
                let value = tree.attribute(name, of: place) ?? []
                lines = value.split(separator: UInt8(ascii: "\n")).map(WhiteSpace.folded)
            } else {
                lines = tree.lines(of: place, without: removed(rule, in: place))
            }
        case .text(let text): lines = text.split(separator: UInt8(ascii: "\n")).map(WhiteSpace.folded)
        }
        return lines.map { line in line.withUnsafeBufferPointer { rule.values.read($0, base: base) } }
    }

    /// The attribute that the rule names; for URLs, where it names none, the one that holds the element's link.
    private func attributeName(
        _ rule: CompiledField, _ selector: Selector, _ place: Tree.Index
    ) -> NameTable.ID? {
        if case .css(_, let attribute?) = selector { return attribute.id(in: tree) }
        guard rule.rule.kind == .url, tree.isElement(place) else { return nil }
        return [KnownName.href.id, KnownName.src.id].first { tree.attribute($0, of: place) != nil }
    }

    private func removed(_ rule: CompiledField, in place: Tree.Index) -> [Tree.Index] {
        guard let remove = rule.remove else { return [] }
        return (place + 1..<max(place + 1, Int(tree.nodes[place].end))).filter {
            tree.isElement($0) && tree.matches($0, remove, scope: place)
        }
    }

    private mutating func next() throws(ExtractionError) -> String? {
        guard let rule = rules.next, let selector = rule.selectors.first, let source = try firstSource(selector),
            case .value(.string(let url)) = single(rule, selector, source)
        else { return nil }
        return url.hasPrefix("http://") || url.hasPrefix("https://") ? url : nil
    }

    /// The first place in the whole page.
    private func firstSource(_ selector: Selector) throws(ExtractionError) -> Source? {
        switch selector {
        case .css(let css?, _):
            for place in tree.nodes.indices where tree.isElement(place) {
                if tree.matches(place, css, scope: Tree.document), hasAttribute(place, selector) {
                    return .node(place)
                }
            }
            return nil
        case .xpath(let expression): return try find(expression, from: Tree.document).first
        case .css(nil, _), .jq, .products: return nil
        }
    }
}

extension Tree {
    /// The folded text of the page's `<title>`, where there is one; pictures have titles too.
    var title: String? {
        let titles = nodes.indices.lazy.filter { nodes[$0].name == KnownName.title.id }
        guard let place = titles.first(where: { !isInPicture($0) }) else { return nil }
        let text = foldedText(of: place)
        return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
    }

    private func isInPicture(_ place: Index) -> Bool {
        var ancestor = parentElement(place)
        while let one = ancestor {
            if nodes[one].name == KnownName.svg.id { return true }
            ancestor = parentElement(one)
        }
        return false
    }

    /// What relative references are relative to: the first `<base href>`, else the page's own URL.
    func baseURL(_ url: String) -> String {
        for place in nodes.indices where nodes[place].name == KnownName.base.id {
            guard isHTML, let href = attribute(KnownName.href.id, of: place) else { continue }
            return URLReference.resolve(String(decoding: href, as: UTF8.self), against: url) ?? url
        }
        return url
    }
}
