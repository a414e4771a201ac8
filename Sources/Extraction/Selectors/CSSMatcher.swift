// Compiled CSS selectors on a tree.

extension Tree {
    /// Whether the element matches one of the alternatives. `scope` is what `:scope` means; ancestors may lie outside it.
    func matches(_ index: Index, _ selector: CSSSelector, scope: Index) -> Bool {
        for alternative in selector.alternatives where matches(index, alternative, scope: scope) { return true }
        return false
    }

    func matches(_ index: Index, _ complex: CSSSelector.Complex, scope: Index) -> Bool {
        matches(index, complex, from: 0, scope: scope)
    }

    private func matches(_ index: Index, _ complex: CSSSelector.Complex, from part: Int, scope: Index) -> Bool {
        guard matches(index, complex.compounds[part], scope: scope) else { return false }
        guard part < complex.combinators.count else { return true }
        switch complex.combinators[part] {
        case .child:
            guard let parent = parentElement(index) else { return false }
            return matches(parent, complex, from: part + 1, scope: scope)
        case .descendant:
            var ancestor = parentElement(index)
            while let one = ancestor {
                if matches(one, complex, from: part + 1, scope: scope) { return true }
                ancestor = parentElement(one)
            }
            return false
        case .adjacent:
            guard let before = elementBefore(index) else { return false }
            return matches(before, complex, from: part + 1, scope: scope)
        case .sibling:
            var before = elementBefore(index)
            while let one = before {
                if matches(one, complex, from: part + 1, scope: scope) { return true }
                before = elementBefore(one)
            }
            return false
        }
    }

    private func matches(_ index: Index, _ compound: CSSSelector.Compound, scope: Index) -> Bool {
        let node = nodes[index]
        if !compound.name.isAny, node.name != compound.name.id(in: self) { return false }
        for name in compound.classes where !hasClass(node, name) { return false }
        for test in compound.attributes where !passes(index, test) { return false }
        for pseudo in compound.pseudos where !passes(index, pseudo, scope: scope) { return false }
        return true
    }

    private func hasClass(_ node: Node, _ name: NameTable.ID) -> Bool {
        for place in Int(node.classStart)..<Int(node.classStart + node.classCount) where classes[place] == name {
            return true
        }
        return false
    }

    // MARK: Attributes

    private func passes(_ index: Index, _ test: CSSSelector.AttributeTest) -> Bool {
        guard let value = attribute(test.name.id(in: self), of: index) else { return false }
        if test.operation == .exists { return true }
        return test.ignoresCase
            ? Tree.passes(value.map(lowercase)[...], test.operation, test.value.map(lowercase)[...])
            : Tree.passes(value, test.operation, test.value[...])
    }

    private static func passes(
        _ value: ArraySlice<UInt8>, _ operation: CSSSelector.AttributeTest.Operator, _ wanted: ArraySlice<UInt8>
    ) -> Bool {
        switch operation {
        case .exists: true
        case .equals: value.elementsEqual(wanted)
        case .word:
            !wanted.isEmpty && value.split(whereSeparator: WhiteSpace.isASCII).contains { $0.elementsEqual(wanted) }
        case .dash:
            value.elementsEqual(wanted)
                || (value.starts(with: wanted) && value.dropFirst(wanted.count).first == UInt8(ascii: "-"))
        case .prefix: !wanted.isEmpty && value.starts(with: wanted)
        case .suffix: !wanted.isEmpty && value.count >= wanted.count && value.suffix(wanted.count).elementsEqual(wanted)
        case .part: !wanted.isEmpty && value.contains(wanted)
        }
    }

    // MARK: Pseudo-classes

    private func passes(_ index: Index, _ pseudo: CSSSelector.Pseudo, scope: Index) -> Bool {
        switch pseudo {
        case .nth(let nth, let ofType, let fromEnd):
            nth.contains(position(index, ofType: ofType, fromEnd: fromEnd, upTo: nth.last))
        case .onlyChild(let ofType):
            position(index, ofType: ofType, fromEnd: false, upTo: 1) == 1
                && position(index, ofType: ofType, fromEnd: true, upTo: 1) == 1
        case .not(let selector): !matches(index, selector, scope: scope)
        case .any(let selector): matches(index, selector, scope: scope)
        case .has(let relatives): relatives.contains { has(index, $0) }
        case .empty: Int(nodes[index].end) == index + 1
        case .root: nodes[index].parent == Int32(Tree.document)
        case .scope: index == scope
        case .contains(let text): foldedText(of: index).contains(text)
        }
    }

    /// The place among the siblings, from 1; beyond `last` nobody asks which.
    private func position(_ index: Index, ofType: Bool, fromEnd: Bool, upTo last: Int) -> Int {
        let name = nodes[index].name
        var position = 1
        var sibling = fromEnd ? elementAfter(index) : elementBefore(index)
        while let one = sibling, position <= last {
            if !ofType || nodes[one].name == name { position += 1 }
            sibling = fromEnd ? elementAfter(one) : elementBefore(one)
        }
        return position
    }

    private func has(_ index: Index, _ relative: CSSSelector.Relative) -> Bool {
        let end = Int(nodes[index].end)
        let candidates: Range<Index>
        switch relative.first {
        case .descendant, .child: candidates = index + 1..<end
        case .adjacent, .sibling: candidates = end..<max(end, Int(nodes[Int(nodes[index].parent)].end))
        }
        return candidates.contains { isElement($0) && matches($0, relative.selector, scope: index) }
    }

    private func lowercase(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}
