// Takes what a parser finds, in document order, into a `Tree`.

struct TreeBuilder {
    /// Browsers stop nesting there too (Blink): beyond it elements have no content of their own, what would be inside
    /// follows them. It bounds every walk up the tree.
    static let depthMax = 512

    /// More than any page needs. Each attribute is compared with the ones before it, so that without an end a page of nothing else
    /// would take hours.
    static let attributesMax = 256

    private(set) var tree: Tree
    /// The open elements, outermost first; the first is the document.
    private var open: [Level] = [Level(index: 0, name: .max, lastChild: -1, isEnded: false)]

    /// How many elements of each known name are open, so that nobody searches for what is not there.
    private var openCounts = [Int32](repeating: 0, count: KnownName.allCases.count + 1)

    private struct Level {
        var index: Int32
        var name: NameTable.ID
        /// -1 while there is none.
        var lastChild: Int32
        /// Was ended while a block inside it was open, and goes with that block.
        var isEnded: Bool
    }

    init(names: NameTable, isHTML: Bool, sizeHint: Int) {
        tree = Tree(names: names, isHTML: isHTML)
        tree.nodes.reserveCapacity(sizeHint / 24 + 16)
        tree.attributes.reserveCapacity(sizeHint / 48 + 16)
        tree.classes.reserveCapacity(sizeHint / 64 + 16)
        tree.bytes.reserveCapacity(sizeHint + 16)
    }

    // MARK: What is open

    /// How many elements are open, the document among them.
    var depth: Int { open.count }

    /// The name of an open element; the document's is none that there is. An element that was ended early counts as the document, so
    /// that nobody finds it.
    func openName(_ level: Int) -> NameTable.ID { open[level].isEnded ? .max : open[level].name }

    func isOpen(_ name: KnownName) -> Bool { openCounts[Int(name.id)] > 0 }

    /// The innermost open element's place in the tree.
    var currentIndex: Int { Int(open[open.count - 1].index) }

    var current: NameTable.ID { open[open.count - 1].name }

    // MARK: Building

    mutating func startElement(_ id: NameTable.ID) {
        let index = append(
            Tree.Node(
                name: id, parent: open[open.count - 1].index, end: 0, previous: -1,
                start: UInt32(tree.attributes.count), count: 0,
                classStart: UInt32(tree.classes.count), classCount: 0))
        guard open.count <= TreeBuilder.depthMax else { return }
        open.append(Level(index: index, name: id, lastChild: -1, isEnded: false))
        if Int(id) < openCounts.count { openCounts[Int(id)] += 1 }
    }

    /// Forgets the element that was started last and has nothing but attributes yet.
    mutating func dropLastElement(isOpen: Bool) {
        if isOpen { removeLevel() }
        let node = tree.nodes.removeLast()
        tree.attributes.removeLast(tree.attributes.count - Int(node.start))
        tree.classes.removeLast(tree.classes.count - Int(node.classStart))
        open[open.count - 1].lastChild = node.previous
    }

    mutating func intern(_ name: UnsafeBufferPointer<UInt8>) -> NameTable.ID { tree.names.intern(name) }

    /// An attribute of the element that was started last; of two with one name the first counts, of too many the first ones.
    mutating func attribute(_ id: NameTable.ID, _ value: UnsafeBufferPointer<UInt8>) {
        let index = tree.nodes.count - 1
        let start = Int(tree.nodes[index].start)
        guard tree.attributes.count - start < TreeBuilder.attributesMax else { return }
        for earlier in start..<tree.attributes.count where tree.attributes[earlier].name == id { return }
        tree.attributes.append(Tree.Attribute(name: id, start: UInt32(tree.bytes.count), count: UInt32(value.count)))
        tree.bytes.append(contentsOf: value)
        tree.nodes[index].count += 1
        if id == KnownName.class.id { addClasses(value, to: index) }
    }

    /// Texts that follow one another become one.
    mutating func text(_ text: UnsafeBufferPointer<UInt8>) {
        guard text.count > 0 else { return }
        let last = tree.nodes.count - 1
        if tree.nodes[last].isText, open[open.count - 1].lastChild == Int32(last) {
            tree.nodes[last].count += UInt32(text.count)
        } else {
            _ = append(
                Tree.Node(
                    name: NameTable.none, parent: open[open.count - 1].index, end: 0, previous: -1,
                    start: UInt32(tree.bytes.count),
                    count: UInt32(text.count), classStart: 0, classCount: 0))
        }
        tree.bytes.append(contentsOf: text)
    }

    /// Ends the innermost element, and what was ended early around it.
    mutating func endElement() {
        guard open.count > 1 else { return }
        repeat {
            tree.nodes[Int(removeLevel().index)].end = Int32(tree.nodes.count)
        } while open.count > 1 && open[open.count - 1].isEnded
    }

    @discardableResult
    private mutating func removeLevel() -> Level {
        let level = open.removeLast()
        if Int(level.name) < openCounts.count { openCounts[Int(level.name)] -= 1 }
        return level
    }

    /// Ends elements until only `level` are open.
    mutating func end(to level: Int) {
        while open.count > max(1, level) { endElement() }
    }

    /// Ends an element whose content stays open: it ends together with what is inside it.
    mutating func endEarly(_ level: Int) {
        open[level].isEnded = true
    }

    /// Ends what is still open.
    mutating func finish() -> Tree {
        for level in open { tree.nodes[Int(level.index)].end = Int32(tree.nodes.count) }
        return tree
    }

    private mutating func append(_ node: Tree.Node) -> Int32 {
        let index = Int32(tree.nodes.count)
        var node = node
        let level = open.count - 1
        node.previous = open[level].lastChild
        node.end = index + 1
        open[level].lastChild = index
        tree.nodes.append(node)
        return index
    }

    private mutating func addClasses(_ value: UnsafeBufferPointer<UInt8>, to index: Int) {
        var at = 0
        while at < value.count {
            while at < value.count, WhiteSpace.isASCII(value[at]) { at += 1 }
            let start = at
            while at < value.count, !WhiteSpace.isASCII(value[at]) { at += 1 }
            guard at > start else { continue }
            tree.classes.append(tree.names.intern(UnsafeBufferPointer(rebasing: value[start..<at])))
            tree.nodes[index].classCount += 1
        }
    }
}
