// Long lines on a terminal: broken between words at its width, the rest indented below, colours and all.

/// A piece of a line in one colour. Its text has been made displayable.
struct Span: Equatable {
    var text: String
    var tint: Tint = .plain

    init(_ text: String, _ tint: Tint = .plain) {
        self.text = text
        self.tint = tint
    }
}

enum Wrapping {
    /// Narrower than this nothing is wrapped: the terminal itself does as well.
    static let columnsMin = 20

    /// The rows of a line. Every row but the first begins with `hang` spaces; a word that fits into no row is broken, and
    /// so is text in characters of two columns, which is written without spaces.
    static func rows(_ spans: [Span], columns: Int, hang: Int) -> [[Span]] {
        guard columns - hang >= columnsMin, spans.reduce(0, { $0 + displayWidth($1.text) }) > columns else {
            return [spans]
        }
        var rows = Rows(columns: columns, hang: hang)
        for span in spans {
            for character in span.text { rows.add(character, span.tint) }
        }
        return rows.finished
    }

    private struct Rows {
        private struct Cell {
            let character: Character
            let tint: Tint
            let width: Int
        }

        let columns: Int
        let hang: Int
        private var done: [[Span]] = []
        private var row: [Cell] = []
        private var used = 0
        /// Where in the row it may be broken: how many of its cells then stay.
        private var breakAt: Int?
        private var isIndentation = true

        init(columns: Int, hang: Int) {
            self.columns = columns
            self.hang = hang
        }

        mutating func add(_ character: Character, _ tint: Tint) {
            let width = displayWidth(character)
            if used + width > columns, !row.isEmpty {
                if character == " " { return endRow(keeping: row.count) }
                endRow(keeping: breakAt ?? row.count)
            }
            // A row that was broken off begins with a word.
            if character == " ", row.isEmpty, !done.isEmpty { return }
            row.append(Cell(character: character, tint: tint, width: width))
            used += width
            if character != " " { isIndentation = false }
            if character == " " && !isIndentation || width == 2 { breakAt = row.count }
        }

        private mutating func endRow(keeping count: Int) {
            var kept = row[..<count]
            let rest = row[count...]
            while let last = kept.last, last.character == " " { kept.removeLast() }
            done.append(spans(kept))
            row = Array(rest)
            used = hang + rest.reduce(0) { $0 + $1.width }
            breakAt = nil
        }

        private func spans(_ cells: ArraySlice<Cell>) -> [Span] {
            var spans: [Span] = done.isEmpty || hang == 0 ? [] : [Span(String(repeating: " ", count: hang))]
            for cell in cells {
                if spans.isEmpty || spans[spans.count - 1].tint != cell.tint
                    || (!done.isEmpty && spans.count == 1 && hang > 0)
                {
                    spans.append(Span("", cell.tint))
                }
                spans[spans.count - 1].text.append(cell.character)
            }
            return spans
        }

        var finished: [[Span]] { row.isEmpty ? done : done + [spans(row[...])] }
    }
}

extension Console {
    /// A line that on a terminal is wrapped to its width, with `hang` spaces before what is continued.
    func line(_ spans: [Span], hang: Int) {
        let rows = isTerminal ? Wrapping.rows(spans, columns: width, hang: hang) : [spans]
        for row in rows { line(row.map { $0.tint.applied(to: $0.text, on: self) }.joined()) }
    }
}
