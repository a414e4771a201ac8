// Where things stand in a plot: margins, scales and marks, in pixels.

struct PlotLayout {
    static let width = 860.0
    static let edge = 20.0
    static let bandHeight = 16.0
    static let legendHeight = 12.0
    /// So wide at least is what was so for a moment.
    static let leastWidth = 1.5
    private static let priceHeight = 190.0
    /// About how wide a digit is.
    private static let digit = 7.2

    let axis: PriceAxis?
    let ticks: [TimeAxis.Tick]
    let left: Double
    let right: Double
    let top: Double
    let bottom: Double
    let bandBottom: Double
    let height: Double
    private let start: Int64
    private let length: Double

    init(_ timeline: StockTimeline) {
        axis = timeline.lowest.flatMap { lowest in
            timeline.highest.map { PriceAxis(from: lowest, to: $0, count: 5) }
        }
        let labels = (axis?.labels ?? []) + [timeline.currency.map { cut($0, to: 8) } ?? ""]
        let last = timeline.prices.last.map {
            PictureText.amount($0.value, decimals: PictureText.decimals(for: [$0.value]))
        }
        left = Self.edge + 8 + Self.digit * Double(labels.map(displayWidth).max() ?? 0)
        right = Self.width - Self.edge - (last.map { 9 + Self.digit * 1.05 * Double($0.count) } ?? 0)
        top = axis == nil ? 68 : 92
        bottom = axis == nil ? top : top + Self.priceHeight
        bandBottom = bottom + (axis == nil ? 0 : 18) + Self.bandHeight
        height = bandBottom + 86
        start = timeline.start
        length = Double(max(1, timeline.end - timeline.start))
        ticks = TimeAxis.ticks(from: timeline.start, to: timeline.end, most: 9)
    }

    func x(_ time: Int64) -> Double { left + Double(time - start) / length * (right - left) }

    func y(_ amount: Double) -> Double { bottom - (axis?.place(amount) ?? 0) * (bottom - top) }

    /// A path that goes along each price and straight to the next, and is lifted where there is none.
    func steps(_ prices: [StockTimeline.Stretch<Double>]) -> String {
        var path = ""
        var end: Int64?
        for stretch in prices {
            let y = SVGText.number(y(stretch.value))
            path += end == stretch.from ? "V\(y)" : "M\(SVGText.number(x(stretch.from))) \(y)"
            let until = max(x(stretch.until), x(stretch.from) + (end == stretch.from ? 0 : Self.leastWidth))
            path += "H\(SVGText.number(until))"
            end = stretch.until
        }
        return path
    }
}
