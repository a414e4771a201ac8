// Lengths of time as daybook.yaml writes them: `30s`, `10m`, `1h30m`, `90d`.

enum DurationText {
    /// Largest first, which is also the order in which the parts of one duration have to stand.
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    static let pattern = #"^(?=.)(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$"#

    /// Nothing where the text is no duration, or one beyond a hundred years.
    static func parse(_ text: String) -> Duration? {
        var rest = Substring(text)
        var total: Int64 = 0
        var next = units[...]
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix(while: \.isASCIIDigit)
            let unit = rest.dropFirst(digits.count).prefix { !$0.isASCIIDigit }
            guard let count = Int64(digits), count <= 3_000_000_000_000,
                let index = next.firstIndex(where: { $0.name == unit })
            else { return nil }
            let (part, overflow) = count.multipliedReportingOverflow(by: next[index].milliseconds)
            guard !overflow, total + part <= 3_155_760_000_000 else { return nil }
            total += part
            next = next[(index + 1)...]
            rest = rest.dropFirst(digits.count + unit.count)
        }
        return .milliseconds(total)
    }

    /// The one way to write it: `90m` becomes `1h30m`. Weeks are written as days.
    static func write(_ duration: Duration) -> String {
        var rest = duration.milliseconds
        var text = ""
        for unit in units.dropFirst() where rest >= unit.milliseconds {
            text += "\(rest / unit.milliseconds)\(unit.name)"
            rest %= unit.milliseconds
        }
        return text.isEmpty ? "0s" : text
    }
}

extension Duration {
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
    var inSeconds: Double { Double(milliseconds) / 1000 }
}

extension Character {
    var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
