// Text made fit for XML, whatever it holds.

enum SVGText {
    /// For content and for attributes in double quotes. What XML 1.0 cannot hold at all, even escaped, is shown as U+FFFD.
    static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in displayable(text).unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case "\u{FFFE}", "\u{FFFF}": out += "\u{FFFD}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// A coordinate: two decimals at most, and none where there are none.
    static func number(_ value: Double) -> String {
        let hundredths = Int((min(max(value, -1e6), 1e6) * 100).rounded())
        let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
        let sign = hundredths < 0 ? "-" : ""
        guard rest > 0 else { return "\(sign)\(whole)" }
        return "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)".replacing(/0$/, with: "")
    }
}
