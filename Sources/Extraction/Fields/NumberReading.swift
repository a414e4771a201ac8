// Numbers and amounts of money in human text: `1,299.00`, `1.299,00 €`, `NT$ 12,900`.

enum NumberReading {
    /// The first number in the text.
    static func number(_ text: String) -> Double? {
        token(Array(text.utf8), dotGroupsThousands: false).flatMap(value)
    }

    /// A number found in a text: its digits, grouping removed, with `.` as the decimal point; and where it stood.
    struct Token {
        var digits: String
        var range: Range<Int>
    }

    /// The first number. `,` and `.` are told apart by where they stand: of two kinds the last is the decimal point; one kind that
    /// comes several times, or a comma, space or apostrophe before exactly three digits, groups thousands. A single point before
    /// three digits is a decimal point (1.234 is one and a bit), except for money, which has two decimals or none.
    static func token(_ text: [UInt8], dotGroupsThousands: Bool) -> Token? {
        guard let start = text.firstIndex(where: isDigit) else { return nil }
        var parts: [(separator: [UInt8], digits: [UInt8])] = [([], [])]
        var at = start
        while at < text.count {
            if isDigit(text[at]) {
                parts[parts.count - 1].digits.append(text[at])
                at += 1
                continue
            }
            let separator = separator(text, at)
            guard !separator.isEmpty, at + separator.count < text.count, isDigit(text[at + separator.count]) else {
                break
            }
            // A space only ever groups three digits; otherwise another number follows.
            if separator == [0x20] || separator.count > 1, !startsGroup(text, at + separator.count) { break }
            parts.append((separator, []))
            at += separator.count
        }
        let sign = isNegative(text, start) ? "-" : ""
        return Token(digits: sign + join(parts, dotGroupsThousands: dotGroupsThousands), range: start..<at)
    }

    static func value(_ token: Token) -> Double? {
        Double(token.digits).flatMap { $0.isFinite ? $0 : nil }
    }

    private static func join(_ parts: [(separator: [UInt8], digits: [UInt8])], dotGroupsThousands: Bool) -> String {
        guard let last = parts.last, parts.count > 1 else { return String(decoding: parts[0].digits, as: UTF8.self) }
        let kinds = Set(parts.dropFirst().map(\.separator))
        let isDot = last.separator == [UInt8(ascii: ".")]
        let isDecimal: Bool
        if last.separator != [UInt8(ascii: ",")], !isDot {
            isDecimal = false
        } else if kinds.count > 1 {
            isDecimal = parts.dropFirst().count { $0.separator == last.separator } == 1
        } else if parts.count > 2 {
            isDecimal = false
        } else {
            isDecimal =
                last.digits.count != 3 || parts[0].digits.count > 3 || parts[0].digits == [UInt8(ascii: "0")]
                || (isDot && !dotGroupsThousands)
        }
        let whole = parts.dropLast().flatMap(\.digits)
        let digits = isDecimal ? whole + [UInt8(ascii: ".")] + last.digits : whole + last.digits
        return String(decoding: digits, as: UTF8.self)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// `,`, `.`, `'`, a space, U+00A0, U+202F, U+2009 or U+2019.
    private static func separator(_ text: [UInt8], _ at: Int) -> [UInt8] {
        if [0x2C, 0x2E, 0x27, 0x20].contains(text[at]) { return [text[at]] }
        for wide in [[0xC2, 0xA0], [0xE2, 0x80, 0xAF], [0xE2, 0x80, 0x89], [0xE2, 0x80, 0x99]] as [[UInt8]]
        where text[at...].starts(with: wide) { return wide }
        return []
    }

    private static func startsGroup(_ text: [UInt8], _ at: Int) -> Bool {
        at + 3 <= text.count && text[at..<at + 3].allSatisfy(isDigit)
            && (at + 3 == text.count || !isDigit(text[at + 3]))
    }

    /// A minus (hyphen or U+2212) right before the number, or with a currency sign or space between, that does not follow a word or
    /// number (as in `10-20`).
    private static func isNegative(_ text: [UInt8], _ start: Int) -> Bool {
        var at = start
        while at > 0, [0x20, UInt8(ascii: "$")].contains(text[at - 1]) { at -= 1 }
        let minus: [UInt8] = [0xE2, 0x88, 0x92]
        let length = at >= 3 && text[at - 3..<at].elementsEqual(minus) ? 3 : at >= 1 && text[at - 1] == 0x2D ? 1 : 0
        guard length > 0 else { return false }
        return at == length || !(isDigit(text[at - length - 1]) || (text[at - length - 1] | 0x20) >= 0x61)
    }
}

enum MoneyReading {
    struct Money: Equatable {
        var amount: Double
        /// ISO 4217, where the text names it.
        var currency: String?
    }

    /// The first amount in the text, and the currency that stands next to it.
    static func money(_ text: String) -> Money? {
        let bytes = Array(text.utf8)
        guard let token = NumberReading.token(bytes, dotGroupsThousands: true), let amount = NumberReading.value(token)
        else { return nil }
        let before = String(decoding: bytes[..<token.range.lowerBound], as: UTF8.self)
        let after = String(decoding: bytes[token.range.upperBound...], as: UTF8.self)
        return Money(amount: amount, currency: currency(endOf: before) ?? currency(startOf: after))
    }

    private static func currency(endOf text: String) -> String? {
        let text = text.uppercased().trimmingWhiteSpace().trimmingSuffix(while: { $0 == "-" || $0 == "\u{2212}" })
            .trimmingWhiteSpace()
        return signs.first { text.hasSuffix($0.sign) && isWhole($0.sign, in: text, atEnd: true) }?.code
    }

    private static func currency(startOf text: String) -> String? {
        let text = text.uppercased().trimmingWhiteSpace().trimmingPrefix(",-").trimmingWhiteSpace()
        return signs.first { text.hasPrefix($0.sign) && isWhole($0.sign, in: text, atEnd: false) }?.code
    }

    /// A code of letters must not be part of a longer word.
    private static func isWhole(_ sign: String, in text: String, atEnd: Bool) -> Bool {
        guard (atEnd ? sign.first : sign.last)?.isLetter == true else { return true }
        let next = atEnd ? text.dropLast(sign.count).last : text.dropFirst(sign.count).first
        return next?.isLetter != true
    }

    /// Longer ones first. A bare `$` is the US dollar's, a bare `¥` the yen's.
    private static let signs: [(sign: String, code: String)] =
        ([
            ("US$", "USD"), ("CA$", "CAD"), ("AU$", "AUD"), ("NZ$", "NZD"), ("HK$", "HKD"), ("NT$", "TWD"),
            ("MX$", "MXN"),
            ("R$", "BRL"), ("C$", "CAD"), ("A$", "AUD"), ("S$", "SGD"), ("CN¥", "CNY"), ("RMB", "CNY"), ("元", "CNY"),
            ("円", "JPY"),
            ("€", "EUR"), ("£", "GBP"), ("¥", "JPY"), ("￥", "JPY"), ("₹", "INR"), ("₩", "KRW"), ("₽", "RUB"),
            ("₺", "TRY"),
            ("₪", "ILS"), ("₫", "VND"), ("₴", "UAH"), ("₱", "PHP"), ("฿", "THB"), ("ZŁ", "PLN"), ("KČ", "CZK"),
            ("FT", "HUF"),
            ("FR.", "CHF"), ("RS.", "INR"), ("EURO", "EUR"), ("$", "USD"),
        ] + codes.map { ($0, $0) })

    private static let codes = [
        "USD", "EUR", "GBP", "JPY", "CNY", "CHF", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "ISK", "PLN", "CZK", "HUF",
        "RON", "BGN",
        "TRY", "RUB", "UAH", "ILS", "INR", "KRW", "TWD", "HKD", "SGD", "THB", "MYR", "IDR", "PHP", "VND", "BRL", "MXN",
        "ARS", "CLP",
        "COP", "ZAR", "AED", "SAR", "EGP",
    ]
}

extension StringProtocol {
    func trimmingWhiteSpace() -> String {
        String(decoding: WhiteSpace.trimmed(Array(utf8)), as: UTF8.self)
    }

    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> String {
        var text = String(self)
        while let last = text.last, predicate(last) { text.removeLast() }
        return text
    }
}
