// A text whose places are those that the YAML parser names: line and column, from 1, in Unicode scalars.

import Yams

struct PlacedText {
    private(set) var scalars: [Unicode.Scalar]

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    var text: String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    /// Where each line begins, and where a further one would.
    var lineStarts: [Int] {
        var starts = [0]
        for (index, scalar) in scalars.enumerated() {
            // YAML 1.1's line breaks; a carriage return before a line feed belongs to it.
            guard ["\n", "\u{85}", "\u{2028}", "\u{2029}", "\r"].contains(scalar) else { continue }
            if scalar == "\r", index + 1 < scalars.count, scalars[index + 1] == "\n" { continue }
            starts.append(index + 1)
        }
        return starts
    }

    func offset(_ mark: Mark) -> Int? {
        let starts = lineStarts
        guard starts.indices.contains(mark.line - 1) else { return nil }
        let offset = starts[mark.line - 1] + mark.column - 1
        return offset <= scalars.count ? offset : nil
    }

    /// Where the line begins that follows the one with this number, or the text's end.
    func end(ofLine line: Int) -> Int {
        let starts = lineStarts
        return starts.indices.contains(line) ? starts[line] : scalars.count
    }

    /// From 1.
    func line(at offset: Int) -> Int { lineStarts.lastIndex { $0 <= offset }.map { $0 + 1 } ?? 1 }

    /// A line without its break.
    func line(_ number: Int) -> String {
        let starts = lineStarts
        guard starts.indices.contains(number - 1) else { return "" }
        let end = starts.indices.contains(number) ? starts[number] : scalars.count
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[starts[number - 1]..<end].filter { $0 != "\n" && $0 != "\r" })
        return String(view)
    }

    /// What ends the text's lines: that of the first one.
    var lineBreak: String {
        guard let first = scalars.firstIndex(of: "\n") else { return "\n" }
        return first > 0 && scalars[first - 1] == "\r" ? "\r\n" : "\n"
    }

    func has(_ text: String, at offset: Int) -> Bool {
        let wanted = Array(text.unicodeScalars)
        return offset + wanted.count <= scalars.count && scalars[offset..<offset + wanted.count].elementsEqual(wanted)
    }

    mutating func replace(_ range: Range<Int>, with text: String) {
        scalars.replaceSubrange(range, with: text.unicodeScalars)
    }

    /// Puts whole lines before the place where a line begins. At the end of a text whose last line has no break, one is put
    /// before them, and none after.
    mutating func insert(_ lines: [String], at offset: Int) {
        let lineBreak = lineBreak
        let isOpen = offset == scalars.count && offset > 0 && !lineStarts.contains(offset)
        let joined = lines.joined(separator: lineBreak)
        replace(offset..<offset, with: isOpen ? lineBreak + joined : joined + lineBreak)
    }
}
