// An item's stock drawn for a terminal: its price as a line of steps, a band that says when it was to be had, and the time below.

import EventLog
import Observations

struct TerminalPicture {
    private let timeline: StockTimeline
    private let signs: Signs
    /// The columns that have the time laid out in them, and those before them for the amounts.
    private let columns: Int
    private let margin: Int

    /// With fewer columns there is no picture.
    static let columnsMin = 40
    private static let columnsMax = 120
    /// The rows between the highest and the lowest price.
    private static let rows = 7

    /// - Parameters:
    ///   - width: in columns; what is beyond 120 stays free.
    ///   - isASCII: with nothing but the letters and signs of ASCII.
    init?(_ timeline: StockTimeline, width: Int, isASCII: Bool) {
        guard width >= Self.columnsMin else { return nil }
        self.timeline = timeline
        signs = isASCII ? .ascii : .unicode
        margin = max(1, Self.labels(timeline).map { displayWidth($0.text) }.max() ?? 0)
        columns = min(width, Self.columnsMax) - margin - 2
        guard columns >= Self.columnsMin / 2 else { return nil }
    }

    var lines: [[Span]] {
        let heading = [
            [Span(cut(displayable(timeline.name), to: margin + 2 + columns), .strong)],
            [Span(cut(timeline.summary, to: margin + 2 + columns))],
        ]
        return heading + priceRows + [band, timeRow] + timeLabels + legend
    }

    // MARK: Prices

    private static func row(_ price: Double, _ timeline: StockTimeline) -> Int {
        guard let lowest = timeline.lowest, let highest = timeline.highest, highest > lowest else { return 0 }
        return Int(((highest - price) / (highest - lowest) * Double(rows - 1)).rounded())
    }

    /// The highest and the lowest price in the rows where they stand.
    private static func labels(_ timeline: StockTimeline) -> [(row: Int, text: String)] {
        guard let lowest = timeline.lowest, let highest = timeline.highest else { return [] }
        let prices = lowest == highest ? [highest] : [highest, lowest]
        let decimals = PictureText.decimals(for: prices)
        return prices.enumerated().map { index, price in
            let currency = timeline.currency.map { " \(displayable($0))" } ?? ""
            return (row(price, timeline), PictureText.amount(price, decimals: decimals) + cut(currency, to: 8))
        }
    }

    private var priceRows: [[Span]] {
        let labels = Self.labels(timeline)
        guard !labels.isEmpty else { return [] }
        let rows = labels.count == 1 ? 1 : Self.rows
        let values = StockTimeline.columns(timeline.prices, from: timeline.start, to: timeline.end, count: columns)
        let line = StepLine(values.map { $0.map { Self.row($0, timeline) } }, rows: rows)
        return line.cells.enumerated().map { row, cells in
            let label = labels.first { $0.row == row }
            let drawn = String(cells.map { $0.map { signs.step[$0] ?? " " } ?? " " })
            return [
                Span(padded(label?.text ?? "", to: margin, right: true) + " "),
                Span(label == nil ? signs.axis : signs.mark, .faint), Span(drawn.trimmingSuffix(" "), .strong),
            ]
        }
    }

    // MARK: Availability and time

    private var band: [Span] {
        let values = StockTimeline.columns(
            timeline.availability, from: timeline.start, to: timeline.end, count: columns)
        var spans = [Span(String(repeating: " ", count: margin + 1)), Span(signs.axis, .faint)]
        for cell in values.map({ BandCell($0) }) {
            let sign = cell.map { signs.band[$0] ?? " " } ?? " "
            let tint = cell?.tint ?? .plain
            if spans[spans.count - 1].tint == tint, spans.count > 2 {
                spans[spans.count - 1].text.append(sign)
            } else {
                spans.append(Span(String(sign), tint))
            }
        }
        return spans
    }

    private var ticks: [(column: Int, tick: TimeAxis.Tick)] {
        let length = max(1, timeline.end - timeline.start)
        return TimeAxis.ticks(from: timeline.start, to: timeline.end, most: max(2, columns / 10)).map { tick in
            (StockTimeline.column(tick.time, timeline.start, length, columns), tick)
        }
    }

    private var timeRow: [Span] {
        var line = [Character](repeating: signs.time, count: columns)
        for (column, _) in ticks { line[column] = signs.tick }
        return [Span(String(repeating: " ", count: margin + 1)), Span(signs.corner + String(line), .faint)]
    }

    private var timeLabels: [[Span]] {
        [ticks.map { ($0.column, $0.tick.label) }, ticks.map { ($0.column, $0.tick.context ?? "") }]
            .map(lettered).filter { !$0.isEmpty }.map { [Span($0, .faint)] }
    }

    /// Texts centred below their columns, where they have room.
    private func lettered(_ texts: [(column: Int, text: String)]) -> String {
        let width = margin + 2 + columns
        var line = ""
        for (column, text) in texts where !text.isEmpty {
            let place = min(max(0, margin + 2 + column - text.count / 2), width - text.count)
            guard place >= line.count + (line.isEmpty ? 0 : 1) else { continue }
            line += String(repeating: " ", count: place - line.count) + text
        }
        return line
    }

    /// What the signs of the band mean, those that are there; on several lines where one has no room for them.
    private var legend: [[Span]] {
        let values = StockTimeline.columns(
            timeline.availability, from: timeline.start, to: timeline.end, count: columns)
        let there = Set(values.compactMap { BandCell($0) })
        var entries = BandCell.allCases.filter(there.contains).map { cell in
            [Span(String(signs.band[cell] ?? " "), cell.tint), Span(" \(cell.words)")]
        }
        if timeline.hasOtherCurrencies {
            entries.append([Span(cut("prices in other currencies left out", to: columns))])
        }
        var rows: [(spans: [Span], width: Int)] = []
        for entry in entries {
            let width = entry.reduce(0) { $0 + displayWidth($1.text) }
            if let last = rows.last, last.width + 3 + width <= columns {
                rows[rows.count - 1] = (last.spans + [Span("   ")] + entry, last.width + 3 + width)
            } else {
                rows.append(([Span(String(repeating: " ", count: margin + 2))] + entry, width))
            }
        }
        return rows.map(\.spans)
    }

    /// The sign for a cell of a line, beyond ASCII.
    static func unicodeStep(_ sides: StepLine.Sides) -> Character { Signs.unicode.step[sides] ?? " " }

    /// What a picture is made of.
    private struct Signs {
        let step: [StepLine.Sides: Character]
        let band: [BandCell: Character]
        let axis: String
        let mark: String
        let corner: String
        let time: Character
        let tick: Character

        static let unicode = Signs(
            step: [
                [.left]: "─", [.right]: "─", [.left, .right]: "─", [.up]: "│", [.down]: "│", [.up, .down]: "│",
                [.down, .right]: "╭", [.down, .left]: "╮", [.up, .right]: "╰", [.up, .left]: "╯",
                [.up, .down, .right]: "├", [.up, .down, .left]: "┤", [.down, .left, .right]: "┬",
                [.up, .left, .right]: "┴", [.up, .down, .left, .right]: "┼",
            ], band: [.inStock: "█", .partly: "▄", .outOfStock: "░", .unknown: "?"], axis: "│", mark: "┤", corner: "└",
            time: "─", tick: "┬")

        static let ascii = Signs(
            step: [
                [.left]: "-", [.right]: "-", [.left, .right]: "-", [.up]: "|", [.down]: "|", [.up, .down]: "|",
                [.down, .right]: "+", [.down, .left]: "+", [.up, .right]: "+", [.up, .left]: "+",
                [.up, .down, .right]: "+", [.up, .down, .left]: "+", [.down, .left, .right]: "+",
                [.up, .left, .right]: "+", [.up, .down, .left, .right]: "+",
            ], band: [.inStock: "#", .partly: "+", .outOfStock: ".", .unknown: "?"], axis: "|", mark: "|", corner: "+",
            time: "-", tick: "+")
    }
}

extension BandCell {
    fileprivate var tint: Tint {
        switch self {
        case .inStock, .partly: .good
        case .outOfStock: .bad
        case .unknown: .warning
        }
    }
}

extension StockTimeline {
    var lowest: Double? { prices.map(\.value).min() }
    var highest: Double? { prices.map(\.value).max() }
}

extension String {
    fileprivate func trimmingSuffix(_ character: Character) -> String {
        var text = self
        while text.last == character { text.removeLast() }
        return text
    }
}
