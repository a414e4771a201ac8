// A parsed page: elements and texts in one flat array in document order, so that a subtree is a range and a walk is a loop.

/// An HTML or XML document. Node 0 is the document itself, parent of the root element.
struct Tree {
    typealias Index = Int

    /// 32 bytes. For an element `start` and `count` are its attributes, for a text its bytes.
    struct Node {
        /// `NameTable.none` for a text; the document's is no name either.
        var name: NameTable.ID
        var parent: Int32
        /// The index after the last node inside; for a text, after itself.
        var end: Int32
        /// The sibling before, -1 where there is none.
        var previous: Int32
        var start: UInt32
        var count: UInt32
        var classStart: UInt32
        var classCount: UInt32

        var isText: Bool { name == NameTable.none }
    }

    struct Attribute {
        var name: NameTable.ID
        var start: UInt32
        var count: UInt32
    }

    var nodes: [Node] = []
    var attributes: [Attribute] = []
    /// The words of every `class` attribute, as names.
    var classes: [NameTable.ID] = []
    /// Texts and the values of attributes, UTF-8.
    var bytes: [UInt8] = []
    var names: NameTable
    /// Names of elements and attributes are in lower case, some elements never have content.
    let isHTML: Bool

    static let document: Index = 0

    init(names: NameTable, isHTML: Bool) {
        self.names = names
        self.isHTML = isHTML
        nodes.append(
            Node(name: .max, parent: -1, end: 1, previous: -1, start: 0, count: 0, classStart: 0, classCount: 0))
    }

    func isElement(_ index: Index) -> Bool { index > Tree.document && !nodes[index].isText }

    /// The value of an attribute, nil where the element does not have it.
    func attribute(_ name: NameTable.ID, of index: Index) -> ArraySlice<UInt8>? {
        let node = nodes[index]
        guard !node.isText else { return nil }
        for attribute in attributes[Int(node.start)..<Int(node.start + node.count)] where attribute.name == name {
            return bytes[Int(attribute.start)..<Int(attribute.start + attribute.count)]
        }
        return nil
    }

    func text(_ index: Index) -> ArraySlice<UInt8> {
        let node = nodes[index]
        return bytes[Int(node.start)..<Int(node.start + node.count)]
    }

    /// The element before among the siblings, texts passed over.
    func elementBefore(_ index: Index) -> Index? {
        var before = Int(nodes[index].previous)
        while before >= 0, nodes[before].isText { before = Int(nodes[before].previous) }
        return before >= 0 ? before : nil
    }

    /// The element after among the siblings, texts passed over.
    func elementAfter(_ index: Index) -> Index? {
        let parent = Int(nodes[index].parent)
        guard parent >= 0 else { return nil }
        let end = Int(nodes[parent].end)
        var after = Int(nodes[index].end)
        while after < end, nodes[after].isText { after = Int(nodes[after].end) }
        return after < end ? after : nil
    }

    /// The element that contains this one; nil for the root.
    func parentElement(_ index: Index) -> Index? {
        let parent = Int(nodes[index].parent)
        return parent > Tree.document ? parent : nil
    }
}
