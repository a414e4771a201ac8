// A page's URL with the topic and the page number left open.

/// A URL in which `{topic}` and `{page}` are filled in, the topic percent-encoded.
public struct URLTemplate: Hashable, Sendable, ExpressibleByStringLiteral {
    public let text: String

    public init(_ text: String) { self.text = text }
    public init(stringLiteral value: String) { self.init(value) }

    public var hasTopic: Bool { text.contains("{topic}") }
    public var hasPage: Bool { text.contains("{page}") }

    /// Whether content decides which host is asked; such a URL is not the configuration's own any more.
    var hasTopicInAuthority: Bool { Self.authority(of: text).contains("{topic}") }

    /// The URL of one page. Characters beyond RFC 3986's unreserved ones are encoded, so that a topic stays one part of the URL.
    public func url(topic: String?, page: Int) -> String {
        text.replacing("{topic}", with: Self.encoded(topic ?? "")).replacing("{page}", with: String(page))
    }

    static func encoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                encoded += hex.utf8.count == 1 ? "%0" + hex : "%" + hex
            }
        }
        return encoded
    }

    /// What stands between `//` and the next `/`, `?` or `#`.
    static func authority(of url: String) -> Substring {
        guard let start = url.firstRange(of: "//")?.upperBound else { return "" }
        return url[start...].prefix { !"/?#\\".contains($0) }
    }

    /// The scheme and the authority, in lower case.
    static func origin(of url: String) -> String {
        let authority = authority(of: url)
        return url[..<authority.endIndex].lowercased()
    }
}
