// Tables for people: columns as wide as their cells, cut to the terminal, coloured where that helps.

import CanonicalJSON

/// A colour or weight of a cell, left out where the console shows none.
enum Tint: String {
    case plain = ""
    case strong = "1"
    case faint = "2"
    case good = "32"
    case warning = "33"
    case bad = "31"
    /// What was searched for.
    case match = "1;33"

    func applied(to text: String, on console: Console) -> String {
        guard console.isColoured, self != .plain, !text.isEmpty else { return text }
        return "\u{1b}[\(rawValue)m\(text)\u{1b}[0m"
    }
}

struct Cell: ExpressibleByStringLiteral {
    var text: String
    var tint: Tint

    init(_ text: String, _ tint: Tint = .plain) {
        self.text = displayable(text)
        self.tint = tint
    }

    init(_ number: Int, _ tint: Tint = .plain) { self.init(String(number), tint) }
    init(stringLiteral value: String) { self.init(value) }
}

/// Rows under headings. On a terminal the last column takes what room is left; elsewhere nothing is cut.
struct Table {
    private(set) var headings: [String]
    private(set) var rows: [[Cell]] = []

    init(_ headings: String...) { self.headings = headings }
    init(headings: [String]) { self.headings = headings.map { displayable($0) } }

    mutating func add(_ cells: Cell...) { rows.append(cells) }
    mutating func add(row cells: [Cell]) { rows.append(cells) }

    /// Without one of its columns.
    func without(_ heading: String) -> Table {
        guard let column = headings.firstIndex(of: heading) else { return self }
        var table = self
        table.headings.remove(at: column)
        for row in table.rows.indices { table.rows[row].remove(at: column) }
        return table
    }

    /// - Parameter isFitted: on a terminal the widest columns are cut until all of them have room, not the last one alone.
    func print(to console: Console, isFitted: Bool = false) {
        var widths = headings.indices.map { column in
            max(displayWidth(headings[column]), rows.map { displayWidth($0[column].text) }.max() ?? 0)
        }
        if isFitted, console.isTerminal { widths = Table.fitted(widths, into: console.width) }
        console.line(lay(headings.map { Cell($0.uppercased(), .faint) }, widths, console))
        for row in rows { console.line(lay(row, widths, console)) }
    }

    /// The widths with the widest made narrower, all by the same measure, until they and the gaps between them fit.
    static func fitted(_ widths: [Int], into columns: Int) -> [Int] {
        var room = columns - 2 * (widths.count - 1)
        var fitted = widths
        for (place, column) in widths.indices.sorted(by: { widths[$0] < widths[$1] }).enumerated() {
            fitted[column] = min(widths[column], max(3, room / (widths.count - place)))
            room -= fitted[column]
        }
        return fitted
    }

    private func lay(_ cells: [Cell], _ widths: [Int], _ console: Console) -> String {
        var line = ""
        var used = 0
        for (column, cell) in cells.enumerated() {
            let isLast = column == cells.count - 1
            let room = console.isTerminal ? max(8, console.width - used) : Int.max
            let text = cut(cell.text, to: isLast ? room : min(widths[column], room))
            line += cell.tint.applied(to: text, on: console)
            if isLast { break }
            line += String(repeating: " ", count: max(0, widths[column] - displayWidth(text)) + 2)
            used += widths[column] + 2
        }
        return line
    }
}

/// Cuts `text` to `columns`, with an ellipsis where something is missing.
func cut(_ text: String, to columns: Int) -> String {
    guard displayWidth(text) > columns else { return text }
    var result = ""
    var used = 0
    for character in text {
        let width = displayWidth(character)
        guard used + width < columns else { break }
        result.append(character)
        used += width
    }
    return result + "…"
}
