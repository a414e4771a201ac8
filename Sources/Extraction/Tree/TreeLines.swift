// An element's text as lines, as a reader sees them, and its content as HTML.

extension Tree {
    /// The folded lines inside `index`: split at `<br>` and where blocks begin and end; those without text are left out.
    func lines(of index: Index, without removed: [Index]) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var folded = FoldedText()
        /// Where the blocks that we are in end, innermost last.
        var blockEnds: [Int] = []
        var at = index
        var removed = removed[...]
        let end = Int(nodes[index].end)
        func flush() {
            if !folded.isEmpty { lines.append(folded.bytes) }
            folded.reset()
        }
        while at < end {
            while let blockEnd = blockEnds.last, blockEnd <= at {
                blockEnds.removeLast()
                flush()
            }
            let node = nodes[at]
            if node.isText {
                bytes.withUnsafeBufferPointer {
                    folded.append(UnsafeBufferPointer(rebasing: $0[Int(node.start)..<Int(node.start + node.count)]))
                }
            } else if at > index {
                if Tree.takes(at, from: &removed) || ElementTraits.of(node.name).contains(.silent) {
                    at = Int(node.end)
                    continue
                }
                if node.name == KnownName.br.id { flush() }
                if ElementTraits.of(node.name).contains(.block) {
                    flush()
                    blockEnds.append(Int(node.end))
                }
            }
            at += 1
        }
        flush()
        return lines
    }

    /// The content of `index` as HTML, written as browsers write `innerHTML`, without white space at its ends.
    func innerHTML(of index: Index, without removed: [Index]) -> [UInt8] {
        var out: [UInt8] = []
        var open: [(end: Int, name: NameTable.ID)] = []
        var at = nodes[index].isText ? index : index + 1
        var removed = removed[...]
        let end = Int(nodes[index].end)
        func close(to place: Int) {
            while let last = open.last, last.end <= place {
                open.removeLast()
                out += "</".utf8
                out += names[last.name]
                out.append(UInt8(ascii: ">"))
            }
        }
        while at < end {
            close(to: at)
            let node = nodes[at]
            if Tree.takes(at, from: &removed) {
                at = Int(node.end)
                continue
            }
            if node.isText {
                let isRaw = ElementTraits.of(nodes[Int(node.parent)].name).contains(.rawText)
                appendEscaped(text(at), inAttribute: false, raw: isRaw, to: &out)
            } else {
                appendStart(at, to: &out)
                if !(isHTML && ElementTraits.of(node.name).contains(.void)) { open.append((Int(node.end), node.name)) }
            }
            at += 1
        }
        close(to: end)
        return WhiteSpace.trimmed(out)
    }

    /// Whether `place` is among these, which are ascending and asked for in that order.
    static func takes(_ place: Index, from places: inout ArraySlice<Index>) -> Bool {
        while let first = places.first, first < place { places.removeFirst() }
        return places.first == place
    }

    func appendStart(_ index: Index, to out: inout [UInt8]) {
        let node = nodes[index]
        out.append(UInt8(ascii: "<"))
        out += names[node.name]
        for attribute in attributes[Int(node.start)..<Int(node.start + node.count)] {
            out.append(0x20)
            out += names[attribute.name]
            out += "=\"".utf8
            let value = bytes[Int(attribute.start)..<Int(attribute.start + attribute.count)]
            appendEscaped(value, inAttribute: true, raw: false, to: &out)
            out.append(UInt8(ascii: "\""))
        }
        out.append(UInt8(ascii: ">"))
    }

    func appendEscaped(_ text: ArraySlice<UInt8>, inAttribute: Bool, raw: Bool, to out: inout [UInt8]) {
        guard !raw else { return out += text }
        for byte in text {
            switch byte {
            case UInt8(ascii: "&"): out += "&amp;".utf8
            case UInt8(ascii: "<") where !inAttribute: out += "&lt;".utf8
            case UInt8(ascii: ">") where !inAttribute: out += "&gt;".utf8
            case UInt8(ascii: "\"") where inAttribute: out += "&quot;".utf8
            default: out.append(byte)
            }
        }
    }
}
