// URLs as errors and logs may show them. Works on any text, also on what is no URL at all.

/// A URL without what may be secret: no user or password, no fragment, the query's names without their values.
public struct MaskedURL: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ url: String) {
        var rest = Substring(Self.withoutControls(url))
        if let fragment = rest.firstIndex(of: "#") { rest = rest[..<fragment] }
        var query = ""
        if let mark = rest.firstIndex(of: "?") {
            query = "?" + Self.masked(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        var scheme = ""
        if let end = rest.firstRange(of: "://")?.upperBound {
            scheme = String(rest[..<end])
            rest = rest[end...]
        }
        let authority = rest.prefix { $0 != "/" && $0 != "\\" }
        // With a slash inside the password, the "@" that ends it comes after what looks like the host.
        let credentials =
            authority.lastIndex(of: "@") ?? (authority.contains(":") ? Self.lateAt(in: rest, authority) : nil)
        if let credentials { rest = rest[rest.index(after: credentials)...] }
        description = scheme + rest + query
    }

    private static func masked(_ query: Substring) -> String {
        query.split(separator: "&", omittingEmptySubsequences: false).map { pair in
            guard let equals = pair.firstIndex(of: "=") else { return pair.isEmpty ? "" : "***" }
            return pair[...equals] + "***"
        }.joined(separator: "&")
    }

    /// An "@" later on counts only where what stands before the first slash cannot be a host and a port.
    private static func lateAt(in rest: Substring, _ authority: Substring) -> Substring.Index? {
        guard let colon = authority.lastIndex(of: ":") else { return nil }
        let port = authority[authority.index(after: colon)...]
        return port.allSatisfy(\.isNumber) || authority.hasPrefix("[") ? nil : rest.lastIndex(of: "@")
    }

    static func withoutControls(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { !isControl($0) }))
    }

    /// C0, DEL, C1, and the marks that turn the direction of text: none may reach a terminal.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
