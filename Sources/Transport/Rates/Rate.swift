// How often a host may be asked, as daybook.yaml writes it.

/// So many requests in so many seconds, evenly spaced: `10/1m` is one every six seconds.
public struct Rate: Hashable, Sendable, CustomStringConvertible {
    public let count: Int
    public let seconds: Double

    public init?(count: Int, seconds: Double) {
        guard count > 0, seconds > 0, seconds.isFinite else { return nil }
        self.count = count
        self.seconds = seconds
    }

    /// `COUNT/DURATION`; the duration is a number with `ms`, `s`, `m`, `h` or `d`, and 1 where there is no number: `1/2s`,
    /// `10/1m`, `5/s`.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { String($0).trimmed() }
        guard parts.count == 2, let count = Int(parts[0]) else { return nil }
        let number = parts[1].prefix { $0.isNumber || $0 == "." }
        guard let unit = Self.units[String(parts[1].dropFirst(number.count))],
            let amount = number.isEmpty ? 1 : Double(number)
        else { return nil }
        self.init(count: count, seconds: amount * unit)
    }

    private static let units: [String: Double] = ["ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400]

    /// Between one request and the next.
    public var spacing: Duration { .seconds(seconds / Double(count)) }

    public var description: String {
        "\(count)/\(seconds == seconds.rounded() && seconds < 1e15 ? String(Int(seconds)) : String(seconds))s"
    }
}
