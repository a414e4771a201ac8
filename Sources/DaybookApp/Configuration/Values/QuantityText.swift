// The other quantities of daybook.yaml: rates (`1/2s`), sizes (`32MB`), shares (`20%`) and bounds (`1..`).

/// So many requests in so much time.
struct RateText: Hashable, Sendable {
    var count: Int
    var per: Duration

    static let pattern = #"^\d+/(?=.)(\d*w)?(\d*d)?(\d*h)?(\d*m)?(\d*s)?(\d*ms)?$"#

    static func parse(_ text: String) -> RateText? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = Int(parts[0]), (1...1_000_000).contains(count) else { return nil }
        let unit = parts[1].first?.isASCIIDigit == false ? "1" + parts[1] : String(parts[1])
        guard let per = DurationText.parse(unit), per > .zero else { return nil }
        return RateText(count: count, per: per)
    }

    var text: String { "\(count)/\(DurationText.write(per))" }
}

/// Bytes. `k`, `M` and `G` are powers of 1024, as everybody means them for a limit.
enum SizeText {
    private static let units: [(name: String, bytes: Int)] = [
        ("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10), ("B", 1),
    ]

    static let pattern = "^[0-9]+ ?([kKMG]i?)?B$"

    static func parse(_ text: String) -> Int? {
        let digits = text.prefix(while: \.isASCIIDigit)
        let unit = text.dropFirst(digits.count).drop { $0 == " " }.lowercased().replacing("ib", with: "b")
        guard let count = Int(digits), count <= 1 << 40,
            let scale = units.first(where: { $0.name.lowercased() == unit })?.bytes
        else { return nil }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: scale)
        return overflow || bytes > 1 << 50 ? nil : bytes
    }

    static func write(_ bytes: Int) -> String {
        let unit = units.first { bytes >= $0.bytes && bytes % $0.bytes == 0 } ?? ("B", 1)
        return "\(bytes / unit.bytes)\(unit.name)"
    }
}

/// A part of a whole, from `0%` to `100%`.
enum ShareText {
    static let pattern = #"^\d+(\.\d+)?%$"#

    static func parse(_ text: String) -> Double? {
        guard text.hasSuffix("%") else { return nil }
        let number = text.dropLast()
        guard let first = number.first, first.isASCIIDigit, number.allSatisfy({ $0.isASCIIDigit || $0 == "." }),
            let percent = Double(number), percent <= 100
        else { return nil }
        return percent / 100
    }

    static func write(_ share: Double) -> String {
        let percent = (share * 100_000).rounded() / 1000
        return Int(exactly: percent).map { "\($0)%" } ?? "\(percent)%"
    }
}

/// How many there may be: `1..` at least one, `10..500`, `..20` at most twenty, `12` exactly twelve, `..` any number.
struct BoundsText: Hashable, Sendable {
    var least: Int
    /// `nil`: no upper bound.
    var most: Int?

    static let pattern = #"^(\d+|\d*\.\.\d*)$"#

    static func parse(_ text: String) -> BoundsText? {
        guard let dots = text.firstRange(of: "..") else {
            return whole(text[...]).map { BoundsText(least: $0, most: $0) }
        }
        let lower = text[..<dots.lowerBound]
        let upper = text[dots.upperBound...]
        guard let least = lower.isEmpty ? 0 : whole(lower) else { return nil }
        if upper.isEmpty { return BoundsText(least: least, most: nil) }
        guard let most = whole(upper), most >= least else { return nil }
        return BoundsText(least: least, most: most)
    }

    private static func whole(_ digits: Substring) -> Int? {
        digits.allSatisfy(\.isASCIIDigit) ? Int(digits) : nil
    }

    var text: String {
        if least == most { return "\(least)" }
        return (least == 0 ? "" : "\(least)") + ".." + (most.map(String.init) ?? "")
    }
}

/// So many changes within so long: `3 in 1h`.
struct DampText: Hashable, Sendable {
    var count: Int
    var window: Duration

    static func parse(_ text: String) -> DampText? {
        let words = text.split(separator: " ")
        guard words.count == 3, words[1] == "in", words[0].allSatisfy(\.isASCIIDigit), let count = Int(words[0]),
            (1...100).contains(count), let window = DurationText.parse(String(words[2])), window >= .milliseconds(100)
        else { return nil }
        return DampText(count: count, window: window)
    }
}
