// Foreign bytes within a sentence of ours.

/// The beginning of some bytes, in quotes, everything odd made visible: `"{\"outcome\": \x00…"`.
enum Excerpt {
    static let bytesMax = 80

    static func of(_ bytes: [UInt8]) -> String {
        var rest = bytes.prefix(bytesMax)
        var shown = ""
        while let first = rest.first {
            let length = Self.length(of: first)
            if length > 0, length <= rest.count, let text = String(validating: rest.prefix(length), as: UTF8.self) {
                shown += SafeText.visible(text)
                rest = rest.dropFirst(length)
            } else {
                shown += escaped(first)
                rest = rest.dropFirst()
            }
        }
        return "\"\(shown)\(bytes.count > bytesMax ? "…" : "")\""
    }

    /// How many bytes the character is long that begins with this one, in UTF-8; 0 where none does or it is escaped.
    private static func length(of first: UInt8) -> Int {
        switch first {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): 0
        case 0x20..<0x7F: 1
        case 0xC2..<0xE0: 2
        case 0xE0..<0xF0: 3
        case 0xF0..<0xF5: 4
        default: 0
        }
    }

    private static func escaped(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "\""): return "\\\""
        case UInt8(ascii: "\\"): return "\\\\"
        case UInt8(ascii: "\n"): return "\\n"
        case UInt8(ascii: "\r"): return "\\r"
        case UInt8(ascii: "\t"): return "\\t"
        default:
            let digits = String(byte, radix: 16, uppercase: true)
            return "\\x" + (digits.count == 1 ? "0" : "") + digits
        }
    }
}
