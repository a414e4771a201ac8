// An item's stock as an SVG image: price, availability and time, in colours for light and dark, without scripts.

import EventLog
import Observations

struct StockPlot {
    private let timeline: StockTimeline
    private let layout: PlotLayout

    init(_ timeline: StockTimeline) {
        self.timeline = timeline
        layout = PlotLayout(timeline)
    }

    var svg: String {
        let width = SVGText.number(PlotLayout.width)
        let height = SVGText.number(layout.height)
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" role="img" \
            aria-labelledby="plot-title plot-desc">
            <title id="plot-title">\(SVGText.escaped(timeline.name))</title>
            <desc id="plot-desc">\(SVGText.escaped(description))</desc>
            <style>
            \(Self.style)
            </style>
            <rect class="paper" width="\(width)" height="\(height)"/>
            \((heading + grid + band + prices + legend).joined(separator: "\n"))
            </svg>

            """
    }

    /// Light first; `prefers-color-scheme` takes what differs in the dark. In stock and out of stock differ in height and not in colour alone.
    private static let style = """
        text { font: 12px system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; fill: #59636e; }
        .title { font-size: 16px; font-weight: 600; fill: #1f2328; }
        .now { font-weight: 600; fill: #0550ae; }
        .middle { text-anchor: middle; }
        .end { text-anchor: end; }
        .paper { fill: #ffffff; }
        .grid { stroke: #e4e8ec; }
        .axis { stroke: #8c959f; }
        .price { fill: none; stroke: #0969da; stroke-width: 2; stroke-linejoin: round; }
        .dot { fill: #0969da; stroke: #ffffff; stroke-width: 2; }
        .in-stock { fill: #2da44e; }
        .out-of-stock { fill: #cf6679; }
        .unknown { stroke: #9a6700; stroke-width: 2; stroke-dasharray: 2 4; }
        @media (prefers-color-scheme: dark) {
          text { fill: #9198a1; }
          .title { fill: #f0f6fc; }
          .now { fill: #79c0ff; }
          .paper { fill: #0d1117; }
          .grid { stroke: #21262d; }
          .axis { stroke: #656c76; }
          .price { stroke: #58a6ff; }
          .dot { fill: #58a6ff; stroke: #0d1117; }
          .in-stock { fill: #3fb950; }
          .out-of-stock { fill: #b5495b; }
          .unknown { stroke: #d29922; }
        }
        """

    // MARK: Words

    private var description: String {
        var sentences = ["\(timeline.watch)/\(timeline.key), \(span): \(timeline.summary)."]
        if let lowest = timeline.lowest, let highest = timeline.highest, let last = timeline.prices.last {
            sentences.append(
                lowest == highest
                    ? "Price \(money(last.value))."
                    : "Price between \(money(lowest)) and \(money(highest)), last \(money(last.value)).")
        }
        if timeline.hasOtherCurrencies { sentences.append("Prices in other currencies are left out.") }
        return sentences.joined(separator: " ")
    }

    private var span: String {
        let ends = [timeline.start, timeline.end].map { Timestamp(millisecondsSinceEpoch: $0).written }
        return "\(ends[0]) to \(ends[1]) UTC"
    }

    private func money(_ amount: Double) -> String {
        PictureText.amount(amount, decimals: PictureText.decimals(for: [amount]))
            + (timeline.currency.map { " \($0)" } ?? "")
    }

    private func text(_ text: String, x: Double, y: Double, _ classes: String = "") -> String {
        let names = classes.isEmpty ? "" : " class=\"\(classes)\""
        return "<text\(names) x=\"\(SVGText.number(x))\" y=\"\(SVGText.number(y))\">\(SVGText.escaped(text))</text>"
    }

    // MARK: Parts

    private var heading: [String] {
        [
            text(cut(timeline.name, to: 88), x: PlotLayout.edge, y: 28, "title"),
            text(cut("\(timeline.watch)/\(timeline.key): \(timeline.summary)", to: 120), x: PlotLayout.edge, y: 48),
        ]
    }

    private func line(_ name: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
        let ends = [("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)]
        let attributes = ends.map { "\($0)=\"\(SVGText.number($1))\"" }.joined(separator: " ")
        return "<line class=\"\(name)\" \(attributes)/>"
    }

    private var grid: [String] {
        var parts: [String] = []
        if let axis = layout.axis {
            for (tick, label) in zip(axis.ticks, axis.labels) {
                let y = layout.y(tick)
                parts.append(line("grid", layout.left, y, layout.right, y))
                parts.append(text(label, x: layout.left - 8, y: y + 4, "end"))
            }
            if let currency = timeline.currency {
                parts.append(text(cut(currency, to: 8), x: layout.left - 8, y: layout.top - 14, "end"))
            }
        }
        for tick in layout.ticks {
            let x = layout.x(tick.time)
            parts.append(line("grid", x, layout.top, x, layout.bandBottom + 6))
            parts.append(text(tick.label, x: x, y: layout.bandBottom + 22, "middle"))
            if let context = tick.context { parts.append(text(context, x: x, y: layout.bandBottom + 38, "middle")) }
        }
        return parts + [line("axis", layout.left, layout.bandBottom + 6, layout.right, layout.bandBottom + 6)]
    }

    /// In stock last, so that a moment of it is not painted over.
    private var band: [String] {
        let order: [Availability] = [.unknown, .outOfStock, .inStock]
        return order.flatMap { wanted in
            timeline.availability.filter { $0.value == wanted }.map(bandPart)
        }
    }

    private func bandPart(_ stretch: StockTimeline.Stretch<Availability>) -> String {
        let x = layout.x(stretch.from)
        let width = max(layout.x(stretch.until) - x, PlotLayout.leastWidth)
        let height = PlotLayout.bandHeight * (stretch.value == .inStock ? 1 : 0.3)
        let middle = layout.bandBottom - PlotLayout.bandHeight / 2
        guard stretch.value != .unknown else { return line("unknown", x, middle, x + width, middle) }
        let place = [("x", x), ("y", middle - height / 2), ("width", width), ("height", height)]
        let attributes = place.map { "\($0)=\"\(SVGText.number($1))\"" }.joined(separator: " ")
        return "<rect class=\"\(stretch.value.rawValue)\" \(attributes)/>"
    }

    private var prices: [String] {
        guard let last = timeline.prices.last else { return [] }
        let (x, y) = (layout.x(last.until), layout.y(last.value))
        return [
            "<path class=\"price\" d=\"\(layout.steps(timeline.prices))\"/>",
            "<circle class=\"dot\" cx=\"\(SVGText.number(x))\" cy=\"\(SVGText.number(y))\" r=\"4.5\"/>",
            text(
                PictureText.amount(last.value, decimals: PictureText.decimals(for: [last.value])), x: x + 9, y: y + 4,
                "now"),
        ]
    }

    private var legend: [String] {
        let y = layout.height - 18
        var x = layout.left
        var parts: [String] = []
        for availability in Availability.allCases
        where timeline.availability.contains(where: { $0.value == availability }) {
            let height = PlotLayout.legendHeight * (availability == .inStock ? 1 : 0.3)
            parts.append(
                availability == .unknown
                    ? line("unknown", x, y - 4, x + 16, y - 4)
                    : "<rect class=\"\(availability.rawValue)\" x=\"\(SVGText.number(x))\" y=\"\(SVGText.number(y - 4 - height / 2))\" "
                        + "width=\"16\" height=\"\(SVGText.number(height))\"/>")
            parts.append(text(availability.words, x: x + 22, y: y))
            x += 44 + 7 * Double(availability.words.count)
        }
        if timeline.hasOtherCurrencies { parts.append(text("prices in other currencies are left out", x: x, y: y)) }
        return parts + [text(span, x: layout.right, y: y, "end")]
    }
}
