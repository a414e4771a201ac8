// What a URL or an address to listen on must look like before anything is asked of it.

enum WebAddress {
    /// The scheme that a template begins with, and the placeholders in it.
    struct Checked: Equatable {
        var placeholders: Set<String>
    }

    /// What is wrong, as the end of a sentence.
    struct Wrong: Error, Equatable {
        let reason: String
    }

    /// An http or https URL with a host. A password in it is refused and not repeated.
    static func check(_ text: String) throws(Wrong) -> Checked {
        guard let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) }) else {
            throw Wrong(reason: "expected a URL such as https://example.org/, got \"\(withoutPassword(text))\"")
        }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { !"/?#".contains($0) }
        let user = authority.lastIndex(of: "@").map { authority[..<$0] }
        if user != nil {
            throw Wrong(
                reason: "a URL with a user or a password in it is refused; send them as a header instead, "
                    + "with a reference: headers: { Authorization: \"Basic ${env:NAME}\" }")
        }
        let host = user.map { authority[$0.endIndex...].dropFirst() } ?? authority
        guard isHost(host) else { throw Wrong(reason: "the URL has no usable host in \"\(authority)\"") }
        guard !text.unicodeScalars.contains(where: { $0.value <= 0x20 || $0.value == 0x7F }) else {
            throw Wrong(reason: "a URL cannot hold spaces or control characters; write them as %20")
        }
        return Checked(placeholders: placeholders(in: text))
    }

    /// The names that stand in braces: `{topic}` and `{page}`.
    static func placeholders(in text: String) -> Set<String> {
        Set(text.matches(of: /\{([A-Za-z_-]+)\}/).map { String($0.1) })
    }

    /// `127.0.0.1:7373`, `[::1]:7373` or `localhost:7373`.
    static func isListenAddress(_ text: String) -> Bool {
        guard let colon = text.lastIndex(of: ":"), !text.contains("/") else { return false }
        return colon > text.startIndex && isHost(Substring(text)) && isPort(text[text.index(after: colon)...])
    }

    private static func isHost(_ text: Substring) -> Bool {
        var name = text
        if name.hasPrefix("[") {
            guard let end = name.firstIndex(of: "]") else { return false }
            let after = name[name.index(after: end)...]
            return after.isEmpty || (after.hasPrefix(":") && isPort(after.dropFirst()))
        }
        if let colon = name.firstIndex(of: ":") {
            guard isPort(name[name.index(after: colon)...]) else { return false }
            name = name[..<colon]
        }
        let forbidden: Set<Character> = ["\\", "^", "|", "<", ">", "\"", "`", "{", "}", "%", "[", "]", "@"]
        return !name.isEmpty && !name.contains { forbidden.contains($0) || $0.isWhitespace }
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.allSatisfy(\.isASCIIDigit) && Int(text).map { (1...65535).contains($0) } == true
    }

    private static func withoutPassword(_ text: String) -> String {
        guard let at = text.lastIndex(of: "@"), let scheme = text.firstRange(of: "://") else { return text }
        return text[..<scheme.upperBound] + "***" + text[at...]
    }
}
