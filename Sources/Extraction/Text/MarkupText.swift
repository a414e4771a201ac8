// The lines of an HTML or XML page, or of those parts of it that a selector finds.

struct MarkupText {
    private let rules: TextRules
    private let tree: Tree
    /// The elements that `remove` drops, ascending; none of them is inside another.
    private let removed: [Tree.Index]

    init(_ rules: TextRules, _ tree: Tree) {
        self.rules = rules
        self.tree = tree
        removed = MarkupText.outermost(tree) { place in
            rules.remove.contains { tree.matches(place, $0, scope: Tree.document) }
        }
    }

    private static func outermost(_ tree: Tree, where isWanted: (Tree.Index) -> Bool) -> [Tree.Index] {
        var places: [Tree.Index] = []
        var place = Tree.document + 1
        while place < tree.nodes.count {
            let isFound = tree.isElement(place) && isWanted(place)
            if isFound { places.append(place) }
            place = isFound ? Int(tree.nodes[place].end) : place + 1
        }
        return places
    }

    func page() throws(ExtractionError) -> PageLines {
        guard let selector = rules.select else {
            var page = PageLines(title: tree.isHTML ? tree.title : nil, lines: lines(of: Tree.document))
            page.suspicion = BlockPage.suspicion(tree, itemsFound: saysSomething(page.lines) ? 1 : 0)
            return page
        }
        let lines = try selected(selector)
        return PageLines(lines: lines, suspicion: BlockPage.suspicion(tree, itemsFound: lines.isEmpty ? 0 : 1))
    }

    /// A page that keeps visitors out says a sentence or two; one that says more is only doubted for its title.
    private func saysSomething(_ lines: [String]) -> Bool {
        lines.reduce(0) { $0 + $1.utf8.count } >= BlockPage.fewBytes
    }

    private func lines(of place: Tree.Index) -> [String] {
        let inside = Array(removed[firstRemoved(after: place)..<firstRemoved(after: Int(tree.nodes[place].end) - 1)])
        let lines: [[UInt8]]
        if rules.form == .html || !tree.isHTML {
            lines = tree.markupLines(of: place, without: inside)
        } else {
            lines = tree.readableLines(of: place, without: inside)
        }
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }

    // MARK: What a selector finds

    private func selected(_ selector: Selector) throws(ExtractionError) -> [String] {
        var lines: [String] = []
        var found = 0
        /// Where the last part that was taken ends: what is inside it has been read with it.
        var end = 0
        func take(_ place: Tree.Index) {
            guard place >= end, !isRemoved(place) else { return }
            found += 1
            end = Int(tree.nodes[place].end)
            lines += self.lines(of: place)
        }
        func take(_ text: [UInt8]) {
            found += 1
            let line = WhiteSpace.folded(text[...])
            if !line.isEmpty { lines.append(String(decoding: line, as: UTF8.self)) }
        }
        switch selector {
        case .css(let selector?, let attribute):
            for place in tree.nodes.indices
            where tree.isElement(place) && tree.matches(place, selector, scope: Tree.document) {
                guard let attribute else {
                    take(place)
                    continue
                }
                guard !isRemoved(place), let value = tree.attribute(attribute.id(in: tree), of: place) else { continue }
                take(Array(value))
            }
        case .xpath(let expression):
            for finding in try XPathDocument(tree).find(expression, from: Tree.document) {
                switch finding {
                case .element(let place): take(place)
                case .text(let text): take(text)
                }
            }
        case .css(nil, _), .jq, .products: break
        }
        guard found > 0 else { throw rules.nothingFound }
        return lines
    }

    private func isRemoved(_ place: Tree.Index) -> Bool {
        let before = firstRemoved(after: place) - 1
        return before >= 0 && place < Int(tree.nodes[removed[before]].end)
    }

    /// The number of the first removed element behind `place`.
    private func firstRemoved(after place: Tree.Index) -> Int {
        var (low, high) = (0, removed.count)
        while low < high {
            let middle = (low + high) / 2
            if removed[middle] <= place { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
