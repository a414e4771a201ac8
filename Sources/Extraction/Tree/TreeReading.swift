// A page as someone who reads it sees it, and its markup as someone who compares it does: both in lines.

extension Tree {
    /// The lines inside `index` as a reader sees them: one for each block, list item or row of a table (cells separated by
    /// ` | `), those of `<pre>` as they are. What is not shown is left out: the head, scripts, `hidden` elements, what
    /// stands in for scripts and frames.
    ///
    /// - Parameter removed: elements that are left out as well, ascending.
    func readableLines(of index: Index, without removed: [Index]) -> [[UInt8]] {
        var lines = ReadableLines()
        let hidden = names.find("hidden")
        var removed = removed[...]
        /// Where the blocks that we are in end, innermost last.
        var blockEnds: [Int] = []
        var preEnd = 0
        var at = index
        let end = Int(nodes[index].end)
        while at < end {
            while let blockEnd = blockEnds.last, blockEnd <= at {
                blockEnds.removeLast()
                lines.end()
            }
            let node = nodes[at]
            if node.isText {
                lines.append(text(at), isPreformatted: at < preEnd)
            } else {
                if at > index, Tree.takes(at, from: &removed) || isUnseen(at, hidden: hidden) {
                    at = Int(node.end)
                    continue
                }
                if node.name == KnownName.br.id { lines.end() }
                if node.name == KnownName.td.id || node.name == KnownName.th.id {
                    lines.endCell()
                } else if ElementTraits.of(node.name).contains(.block) {
                    lines.end()
                    blockEnds.append(Int(node.end))
                }
                if Tree.preformatted.contains(node.name) { preEnd = max(preEnd, Int(node.end)) }
            }
            at += 1
        }
        lines.end()
        return lines.lines
    }

    private static let preformatted: Set<NameTable.ID> = [
        KnownName.pre.id, KnownName.listing.id, KnownName.xmp.id, KnownName.textarea.id,
    ]

    private static let unseen: Set<NameTable.ID> = [
        KnownName.head.id, KnownName.title.id, KnownName.noscript.id, KnownName.iframe.id, KnownName.noembed.id,
        KnownName.noframes.id,
    ]

    private func isUnseen(_ place: Index, hidden: NameTable.ID?) -> Bool {
        let name = nodes[place].name
        if Tree.unseen.contains(name) || ElementTraits.of(name).contains(.silent) { return true }
        return hidden.map { attribute($0, of: place) != nil } ?? false
    }

    // MARK: Markup

    /// The markup inside `index`, an element a line, those inside another one indented. An element without others inside it
    /// stands on one line with its text; where `index` is such an element itself, that is its text alone.
    func markupLines(of index: Index, without removed: [Index]) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var open: [(end: Int, name: NameTable.ID)] = []
        var removed = removed[...]
        func add(_ content: [UInt8]) {
            lines.append([UInt8](repeating: 0x20, count: 2 * open.count) + content)
        }
        func close(to place: Int) {
            while let last = open.last, last.end <= place {
                open.removeLast()
                add(Array("</".utf8) + names[last.name] + [UInt8(ascii: ">")])
            }
        }
        var at = nodes[index].isText ? index : index + 1
        let end = Int(nodes[index].end)
        while at < end {
            close(to: at)
            let node = nodes[at]
            if Tree.takes(at, from: &removed) {
                at = Int(node.end)
            } else if node.isText {
                let text = WhiteSpace.folded(text(at))
                if !text.isEmpty { add(escaped(text)) }
                at += 1
            } else if let line = lineOfLeaf(at) {
                add(line)
                at = Int(node.end)
            } else {
                var start: [UInt8] = []
                appendStart(at, to: &start)
                add(start)
                open.append((Int(node.end), node.name))
                at += 1
            }
        }
        close(to: end)
        return lines
    }

    /// An element without others inside it, whole.
    private func lineOfLeaf(_ place: Index) -> [UInt8]? {
        let node = nodes[place]
        guard !(place + 1..<Int(node.end)).contains(where: { !nodes[$0].isText }) else { return nil }
        var line: [UInt8] = []
        appendStart(place, to: &line)
        if isHTML, ElementTraits.of(node.name).contains(.void) { return line }
        var folded = FoldedText()
        for text in place + 1..<Int(node.end) { self.text(text).withUnsafeBufferPointer { folded.append($0) } }
        return line + escaped(folded.bytes) + Array("</".utf8) + names[node.name] + [UInt8(ascii: ">")]
    }

    private func escaped(_ text: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        appendEscaped(text[...], inAttribute: false, raw: false, to: &out)
        return out
    }
}

/// Lines as their text comes in.
private struct ReadableLines {
    private(set) var lines: [[UInt8]] = []
    /// The cells of the row at hand that are complete.
    private var cells: [UInt8] = []
    private var folded = FoldedText()
    private var preformatted: [UInt8] = []

    mutating func append(_ text: ArraySlice<UInt8>, isPreformatted: Bool) {
        guard isPreformatted else {
            text.withUnsafeBufferPointer { folded.append($0) }
            return
        }
        var rest = text
        while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
            preformatted += rest[..<newline]
            end()
            rest = rest[(newline + 1)...]
        }
        preformatted += rest
    }

    mutating func endCell() {
        guard !folded.isEmpty else { return }
        if !cells.isEmpty { cells += " | ".utf8 }
        cells += folded.bytes
        folded.reset()
    }

    mutating func end() {
        endCell()
        if !cells.isEmpty { lines.append(cells) }
        cells = []
        folded.reset()
        let line = PlainLines.trimmedAtEnd(preformatted[...])
        if !line.isEmpty { lines.append(Array(line)) }
        preformatted = []
    }
}

extension NameTable {
    func find(_ name: String) -> ID? {
        var name = name
        return name.withUTF8 { find($0) }
    }
}
