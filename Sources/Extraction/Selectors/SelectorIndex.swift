// Many selectors in one walk: an element is only tried against those whose last part names its class or its own name.

struct SelectorIndex: Sendable {
    /// One alternative of the selector number `owner`.
    struct Entry: Sendable {
        let owner: Int
        let complex: CSSSelector.Complex
    }

    private var entries: [Entry] = []
    /// By number of a class or name, the entries that need it; empty beyond the names that the selectors know.
    private var byClass: [[Int]] = []
    private var byName: [[Int]] = []
    /// The entries that any element may match.
    private var others: [Int] = []

    init(_ selectors: [(owner: Int, selector: CSSSelector)], names: NameTable) {
        byClass = Array(repeating: [], count: names.count + 1)
        byName = byClass
        for (owner, selector) in selectors {
            for complex in selector.alternatives {
                let last = complex.compounds[0]
                let place = entries.count
                entries.append(Entry(owner: owner, complex: complex))
                if let name = last.classes.first {
                    byClass[Int(name)].append(place)
                } else if last.name.isAny {
                    others.append(place)
                } else {
                    for name in Set([last.name.asWritten, last.name.inHTML]) { byName[Int(name)].append(place) }
                }
            }
        }
    }

    var isEmpty: Bool { entries.isEmpty }

    /// Calls `body` with the owner of each selector that the element matches, possibly more than once. `isWanted` saves the trouble
    /// for owners that have what they want.
    @inline(__always)
    func forEachMatch(
        in tree: borrowing Tree, at index: Tree.Index, scope: Tree.Index, isWanted: (Int) -> Bool, _ body: (Int) -> Void
    ) {
        let node = tree.nodes[index]
        for place in Int(node.classStart)..<Int(node.classStart + node.classCount) {
            let name = Int(tree.classes[place])
            if name < byClass.count { tryEntries(byClass[name], tree, index, scope, isWanted, body) }
        }
        let name = Int(node.name)
        if name < byName.count { tryEntries(byName[name], tree, index, scope, isWanted, body) }
        tryEntries(others, tree, index, scope, isWanted, body)
    }

    @inline(__always)
    private func tryEntries(
        _ places: [Int], _ tree: borrowing Tree, _ index: Tree.Index, _ scope: Tree.Index, _ isWanted: (Int) -> Bool,
        _ body: (Int) -> Void
    ) {
        for place in places {
            let entry = entries[place]
            if isWanted(entry.owner), tree.matches(index, entry.complex, scope: scope) { body(entry.owner) }
        }
    }
}
