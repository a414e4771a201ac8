// Lines of a mail's header: foreign text as RFC 2047 writes it, lines folded, nothing that could begin a line of its own.

import Foundation

enum MailHeader {
    /// Columns of a line, and of an encoded word (RFC 2047, section 2).
    private static let columnsMax = 76
    /// Of UTF-8: as base64, 52 columns, which with `=?UTF-8?B?…?=` around them are 64, so that one fits behind a header's name.
    private static let wordBytesMax = 39

    /// `Name: value`, folded, ending in CRLF. The value is ASCII that is right as it stands.
    static func line(_ name: String, _ value: String) -> String {
        var lines = [name + ":"]
        for word in value.split(separator: " ") {
            let last = lines[lines.count - 1]
            if last.utf8.count + 1 + word.utf8.count > columnsMax, last != name + ":" {
                lines.append(" " + word)
            } else {
                lines[lines.count - 1] = last + " " + word
            }
        }
        return lines.joined(separator: "\r\n") + "\r\n"
    }

    /// Free text: as it stands where it is plain ASCII of moderate words, else in encoded words.
    static func text(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        let hasLongWord = text.split(separator: " ").contains { $0.utf8.count > columnsMax - 16 }
        // Several spaces in a row, or some at an end, would not survive folding.
        let isFolded = text == text.split(separator: " ").joined(separator: " ")
        return isPlain && isFolded && !hasLongWord && !text.contains("=?") ? text : encoded(text)
    }

    /// Base64 words, none of which takes a character apart.
    static func encoded(_ text: String) -> String {
        var words: [String] = []
        var word = ""
        for scalar in text.unicodeScalars.map(String.init) {
            if word.utf8.count + scalar.utf8.count > wordBytesMax {
                words.append(word)
                word = ""
            }
            word += scalar
        }
        return (words + [word]).map { "=?UTF-8?B?\(Data($0.utf8).base64EncodedString())?=" }.joined(separator: " ")
    }

    /// `Thu, 26 Nov 2026 20:43:20 +0000` (RFC 5322, section 3.3).
    static func date(_ date: Date) -> String {
        let parts = Calendar(identifier: .gregorian).dateComponents(in: .gmt, from: date)
        func two(_ number: Int?) -> String { (number ?? 0) < 10 ? "0\(number ?? 0)" : "\(number ?? 0)" }
        let day = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][((parts.weekday ?? 1) - 1) % 7]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let clock = [parts.hour, parts.minute, parts.second].map(two).joined(separator: ":")
        return "\(day), \(two(parts.day)) \(months[((parts.month ?? 1) - 1) % 12]) \(parts.year ?? 1970) \(clock) +0000"
    }
}
