// What becomes of a period's datapoints: one number.

/// How the datapoints of a period become one.
public enum Statistic: Sendable, Hashable, CustomStringConvertible {
    case sum, average, minimum, maximum, count
    /// 0 to 100.
    case percentile(Double)
    /// The newest one: for what is a state rather than a quantity. Daybook's own alarms use it.
    case latest

    private static let words: [(String, Statistic)] = [
        ("sum", .sum), ("average", .average), ("minimum", .minimum), ("maximum", .maximum), ("count", .count),
    ]

    /// `sum`, `average`, `minimum`, `maximum`, `count`, or `p0` to `p100`, such as `p99.9`.
    public init?(_ text: String) {
        if let known = Self.words.first(where: { $0.0 == text }) {
            self = known.1
            return
        }
        let digits = text.dropFirst()
        guard text.hasPrefix("p"), digits.first?.isNumber == true, digits.allSatisfy({ "0123456789.".contains($0) }),
            let rank = Double(digits), rank <= 100
        else { return nil }
        self = .percentile(rank)
    }

    public var description: String {
        if case .percentile(let rank) = self { return "p" + numberText(rank) }
        return Self.words.first { $0.1 == self }?.0 ?? "latest"
    }
}

/// The datapoints of one period so far.
struct PeriodValues: Sendable, Equatable {
    private(set) var count = 0
    private var sum = 0.0
    private var least = Double.infinity
    private var most = -Double.infinity
    private var last = 0.0
    /// In order; kept only where a percentile is wanted.
    private var all: [Double] = []

    mutating func add(_ value: Double, for statistic: Statistic) {
        count += 1
        sum += value
        least = min(least, value)
        most = max(most, value)
        last = value
        if case .percentile = statistic { all.insert(value, at: place(of: value)) }
    }

    private func place(of value: Double) -> Int {
        var (low, high) = (0, all.count)
        while low < high {
            let middle = (low + high) / 2
            if all[middle] <= value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Nil where there is no datapoint.
    func value(_ statistic: Statistic) -> Double? {
        guard count > 0 else { return nil }
        switch statistic {
        case .sum: return sum
        case .average: return sum / Double(count)
        case .minimum: return least
        case .maximum: return most
        case .count: return Double(count)
        case .latest: return last
        case .percentile(let rank): return percentile(rank)
        }
    }

    /// Between the two nearest ranks, in proportion: p0 is the least, p50 the median, p100 the most.
    private func percentile(_ rank: Double) -> Double? {
        let place = rank / 100 * Double(all.count - 1)
        let below = Int(place)
        guard all.indices.contains(below) else { return nil }
        let above = min(below + 1, all.count - 1)
        return all[below] + (all[above] - all[below]) * (place - Double(below))
    }

    /// The value of a period that is not over, where nothing that may still come can take it to the threshold's other side: sums,
    /// counts and maxima only grow, minima only fall. Otherwise it has to be waited for.
    func decidedValue(_ statistic: Statistic, _ threshold: AlarmThreshold) -> Double? {
        guard let value = value(statistic) else { return nil }
        let isBreaching = threshold.isBreached(by: value)
        switch statistic {
        case .sum, .count, .maximum: return threshold.isUpper == isBreaching ? value : nil
        case .minimum: return threshold.isUpper != isBreaching ? value : nil
        case .latest: return value
        case .average, .percentile: return nil
        }
    }
}
