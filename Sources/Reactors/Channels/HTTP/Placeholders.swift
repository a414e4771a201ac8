// `{name}` in a channel's URL and headers: what the channel's `with` says, and `{id}`, the message's idempotency key.

public enum Placeholders {
    /// What every message has.
    public static let ofMessage = "id"

    /// The names that stand in braces.
    public static func names(in text: String) -> Set<String> {
        Set(parts(of: text).compactMap { if case .name(let name) = $0 { name } else { nil } })
    }

    /// The text with values in the place of names; a name without one stays as it is.
    public static func filled(_ text: String, _ values: [String: String]) -> String {
        join(parts(of: text)) { values[$0] }
    }

    /// The same in a URL: what does not begin it is percent-encoded, so that a value stays one part of the path or query.
    public static func filled(url: String, _ values: [String: String]) -> String {
        let parts = parts(of: url)
        guard case .name(let first)? = parts.first, let beginning = values[first] else {
            return join(parts) { values[$0].map(encoded) }
        }
        let rest = join(Array(parts.dropFirst())) { values[$0].map(encoded) }
        return (beginning.hasSuffix("/") && rest.hasPrefix("/") ? String(beginning.dropLast()) : beginning) + rest
    }

    private enum Part {
        case text(Substring)
        case name(String)
    }

    private static func join(_ parts: [Part], _ value: (String) -> String?) -> String {
        parts.map { part in
            switch part {
            case .text(let text): String(text)
            case .name(let name): value(name) ?? "{\(name)}"
            }
        }.joined()
    }

    private static func parts(of text: String) -> [Part] {
        var parts: [Part] = []
        var rest = Substring(text)
        while let match = rest.firstMatch(of: /\{([A-Za-z0-9_-]+)\}/) {
            if match.range.lowerBound > rest.startIndex { parts.append(.text(rest[..<match.range.lowerBound])) }
            parts.append(.name(String(match.1)))
            rest = rest[match.range.upperBound...]
        }
        return rest.isEmpty ? parts : parts + [.text(rest)]
    }

    /// All but RFC 3986's unreserved characters, and `:`, `@` and `!`, which mean nothing in a path or a query and stand in the names
    /// of rooms and in tokens.
    static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E, 0x3A, 0x40, 0x21:
                String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
