// The text of an element: white space folded, or split into lines, without what is not for reading.

extension Tree {
    /// The folded text of an element or text node, as UTF-8.
    func foldedText(of index: Index) -> [UInt8] {
        var folded = FoldedText()
        appendText(of: index, without: [], to: &folded)
        return folded.bytes
    }

    /// Appends the text inside `index` but not that inside any of `removed`, which is ascending.
    func appendText(of index: Index, without removed: [Index], to folded: inout FoldedText) {
        bytes.withUnsafeBufferPointer { bytes in
            var at = index
            let end = Int(nodes[index].end)
            var next = 0
            while at < end {
                if next < removed.count, removed[next] <= at {
                    at = max(at, removed[next] == at ? Int(nodes[at].end) : at)
                    next += 1
                    continue
                }
                let node = nodes[at]
                if node.isText {
                    folded.append(UnsafeBufferPointer(rebasing: bytes[Int(node.start)..<Int(node.start + node.count)]))
                } else if at > index, ElementTraits.of(node.name).contains(.silent) {
                    at = Int(node.end)
                    continue
                } else if node.name == KnownName.br.id {
                    // A line ends here for a reader; without it two words would become one.
                    folded.space()
                }
                at += 1
            }
        }
    }
}
