// Which rules read an item by its own bytes alone, so that the same bytes elsewhere read the same.

extension CompiledRules {
    /// Whether an item says the same wherever it stands: nothing that is read of it looks outside of it, and which elements are items
    /// does not depend on what is inside of them. Said of XML only; HTML's parser makes of an element what stands around it.
    var readsItemsByThemselves: Bool {
        guard case .css(let items?, _) = items, next == nil, !usesXPath, !items.looksInside else { return false }
        return fields.allSatisfy { field in
            (field.remove?.isLocal ?? true) && field.selectors.allSatisfy(\.isLocal)
        }
    }
}

extension Selector {
    fileprivate var isLocal: Bool {
        switch self {
        case .css(let selector, _): selector?.isLocal ?? true
        case .xpath, .jq, .products: false
        }
    }
}

extension CSSSelector {
    /// Whether an element strictly inside an item matches by what is in the item alone.
    var isLocal: Bool { alternatives.allSatisfy(\.isLocal) }

    /// Whether it asks what is inside of an element.
    fileprivate var looksInside: Bool {
        any { pseudo in
            switch pseudo {
            case .has, .empty, .contains: true
            default: false
            }
        }
    }

    /// Whether it asks for more than the names of elements and how they stand to one another.
    var asksForAttributes: Bool {
        alternatives.contains { complex in
            complex.compounds.contains { compound in
                !compound.classes.isEmpty || !compound.attributes.isEmpty
                    || compound.pseudos.contains { $0.nested.contains(where: \.asksForAttributes) }
            }
        }
    }

    private func any(_ holds: (Pseudo) -> Bool) -> Bool {
        alternatives.contains { complex in
            complex.compounds.contains { compound in
                compound.pseudos.contains { holds($0) || $0.nested.contains { $0.any(holds) } }
            }
        }
    }
}

extension CSSSelector.Pseudo {
    /// The selectors inside of it.
    fileprivate var nested: [CSSSelector] {
        switch self {
        case .not(let selector), .any(let selector): [selector]
        case .has(let relatives): relatives.map { CSSSelector(alternatives: [$0.selector]) }
        case .nth, .onlyChild, .empty, .root, .scope, .contains: []
        }
    }

    /// Asked of an element strictly inside the item: its siblings are inside too, and it is not the root.
    fileprivate var isLocal: Bool { nested.allSatisfy(\.isLocal) }
}

extension CSSSelector.Complex {
    /// Walking from an element inside the item to the left, one leaves the item by way of an ancestor. That makes no difference where
    /// the leftmost part is `:scope`, the item, which nothing outside is; or where there is only one step, to a parent or sibling,
    /// and what is asked of a parent, which may be the item, is its name and attributes.
    fileprivate var isLocal: Bool {
        guard compounds.allSatisfy({ $0.pseudos.allSatisfy(\.isLocal) }), let leftmost = compounds.last else {
            return false
        }
        if compounds.count == 1 { return true }
        if case .scope? = leftmost.pseudos.first, leftmost.pseudos.count == 1 { return true }
        return compounds.count == 2 && leftmost.pseudos.isEmpty && combinators[0] != .descendant
    }
}

extension Tree {
    /// Whether some element inside `item` could be an item too, wherever it stands.
    func mayHoldItem(_ item: Index, of selector: CSSSelector) -> Bool {
        (item + 1..<Int(nodes[item].end)).contains { place in
            isElement(place) && selector.alternatives.contains { mayMatch(place, $0.compounds[0]) }
        }
    }

    /// Whether the element's name, the one thing that is looked at, is right.
    private func mayMatch(_ place: Index, _ compound: CSSSelector.Compound) -> Bool {
        compound.name.isAny || nodes[place].name == compound.name.id(in: self)
    }
}
