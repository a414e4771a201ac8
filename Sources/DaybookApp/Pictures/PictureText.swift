// Amounts and lengths of time as pictures are lettered with them.

import Foundation

enum PictureText {
    /// An amount with so many decimals and groups of three; what is too large for that with its power of ten.
    static func amount(_ amount: Double, decimals: Int) -> String {
        guard amount.magnitude < 1e12 else { return String(format: "%.3g", amount) }
        let text = String(format: "%.\(max(0, decimals))f", amount.magnitude)
        let parts = text.split(separator: ".")
        let whole = grouped(parts.first.flatMap { Int($0) } ?? 0)
        let isNothing = text.allSatisfy { $0 == "0" || $0 == "." }
        return (amount < 0 && !isNothing ? "-" : "") + whole + (parts.count > 1 ? ".\(parts[1])" : "")
    }

    /// How many decimals show amounts as they are: none or two, as prices have, or up to six.
    static func decimals(for amounts: [Double]) -> Int {
        [0, 2, 3, 4, 5, 6].first { decimals in
            let scale = pow(10, Double(decimals))
            return amounts.allSatisfy { ($0 * scale - ($0 * scale).rounded()).magnitude < 1e-6 * max(1, $0.magnitude) }
        } ?? 2
    }

    private static let units: [(name: String, milliseconds: Int64, most: Int64)] = [
        ("second", 1000, 120), ("minute", 60_000, 120), ("hour", 3_600_000, 48), ("day", 86_400_000, 730),
        ("year", 31_556_952_000, .max),
    ]

    /// In the unit that makes it a handy number: `90 minutes`, `12 days`.
    static func length(_ milliseconds: Int64) -> String {
        for unit in units {
            let count = Int64((Double(milliseconds) / Double(unit.milliseconds)).rounded())
            if count < unit.most { return counted(Int(count), unit.name) }
        }
        return ""
    }
}
