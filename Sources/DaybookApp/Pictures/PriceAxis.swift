// Where the marks of a price axis stand: round amounts that take in the lowest and the highest price.

import Foundation

struct PriceAxis: Equatable {
    let low: Double
    let high: Double
    let ticks: [Double]
    let labels: [String]

    /// - Parameter count: about how many marks, at least 2.
    init(from lowest: Double, to highest: Double, count: Int) {
        let (lowest, highest) = Self.widened(lowest, highest)
        let step = Self.roundStep(atLeast: (highest - lowest) / Double(max(1, count - 1)))
        let first = (lowest / step).rounded(.down)
        let last = (highest / step).rounded(.up)
        // Where amounts are so large that a step no longer changes them, their own ends are the marks.
        guard step.isFinite, step > 0, last - first >= 1, last - first <= 100 else {
            (low, high, ticks) = (lowest, highest, [lowest, highest])
            labels = ticks.map { PictureText.amount($0, decimals: 2) }
            return
        }
        ticks = (0...Int(last - first)).map { (first + Double($0)) * step }
        low = first * step
        high = last * step
        let decimals = PictureText.decimals(for: ticks)
        labels = ticks.map { PictureText.amount($0, decimals: decimals) }
    }

    /// 0 at the lower end, 1 at the upper.
    func place(_ amount: Double) -> Double { (amount - low) / (high - low) }

    /// A price that never changed stands in the middle of something; nothing that costs something falls below nothing.
    private static func widened(_ lowest: Double, _ highest: Double) -> (Double, Double) {
        guard highest - lowest <= 1e-9 * max(lowest.magnitude, highest.magnitude) else { return (lowest, highest) }
        let margin = max(lowest.magnitude * 0.1, 1)
        return (lowest >= 0 ? max(0, lowest - margin) : lowest - margin, highest + margin)
    }

    /// 1, 2 or 5 times a power of ten.
    private static func roundStep(atLeast step: Double) -> Double {
        let power = pow(10, log10(step).rounded(.down))
        return [1, 2, 5].map { $0 * power }.first { $0 >= step * (1 - 1e-9) } ?? 10 * power
    }
}
