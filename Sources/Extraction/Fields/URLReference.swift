// References made absolute (RFC 3986, section 5.2), as browsers do it with what pages really contain.

/// The five parts of a URL or a reference to one, as text (RFC 3986, appendix B).
struct URLReference: Equatable {
    var scheme: String?
    var authority: String?
    var path: String
    var query: String?
    var fragment: String?

    init(_ text: String) {
        var rest = text[...]
        if let hash = rest.firstIndex(of: "#") {
            fragment = String(rest[rest.index(after: hash)...])
            rest = rest[..<hash]
        }
        if let mark = rest.firstIndex(of: "?") {
            query = String(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        if let colon = rest.firstIndex(of: ":"), URLReference.isScheme(rest[..<colon]) {
            scheme = rest[..<colon].lowercased()
            rest = rest[rest.index(after: colon)...]
        }
        if rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex(of: "/") ?? rest.endIndex
            authority = String(rest[..<end])
            rest = rest[end...]
        }
        path = String(rest)
    }

    /// The absolute URL that `reference` means on a page at `base`; nil where there is none.
    /// White space at the ends and line breaks inside are dropped, other characters that a URL cannot have are percent-encoded.
    static func resolve(_ reference: String, against base: String) -> String? {
        let clean = cleaned(reference)
        var target = URLReference(clean)
        let base = URLReference(base)
        if target.scheme == nil {
            guard let scheme = base.scheme else { return nil }
            target.scheme = scheme
            if target.authority == nil { target.inherit(from: base, isEmpty: clean.isEmpty) }
        }
        if target.authority != nil { target.path = removeDots(target.path.isEmpty ? "/" : target.path) }
        return target.text
    }

    private mutating func inherit(from base: URLReference, isEmpty: Bool) {
        authority = base.authority
        if path.isEmpty {
            path = base.path
            query = query ?? base.query
        } else if !path.hasPrefix("/") {
            let folder = base.path.lastIndex(of: "/").map { base.path[...$0] } ?? "/"
            path = folder + path
        }
    }

    var text: String {
        var text = ""
        if let scheme { text += scheme + ":" }
        if let authority { text += "//" + authority }
        text += path
        if let query { text += "?" + query }
        if let fragment { text += "#" + fragment }
        return text
    }

    private static func isScheme(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, (first | 0x20) >= 0x61, (first | 0x20) <= 0x7A else { return false }
        return text.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || [0x2B, 0x2D, 0x2E].contains(byte)
        }
    }

    /// RFC 3986, 5.2.4.
    private static func removeDots(_ path: String) -> String {
        var kept: [Substring] = []
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        for (index, segment) in segments.enumerated() {
            let isLast = index == segments.count - 1
            switch segment.lowercased() {
            case ".", "%2e": if isLast { kept.append("") }
            case "..", ".%2e", "%2e.", "%2e%2e":
                if kept.count > 1 { kept.removeLast() }
                if isLast { kept.append("") }
            default: kept.append(segment)
            }
        }
        return kept.joined(separator: "/")
    }

    /// Everything that may stand in a URL stays, `%` included.
    private static func cleaned(_ reference: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for byte in WhiteSpace.trimmed(Array(reference.utf8)) {
            switch byte {
            case 0x09, 0x0A, 0x0D: continue
            case 0x00...0x20, 0x22, 0x3C, 0x3E, 0x5C, 0x5E, 0x60, 0x7B...0x7D, 0x7F...0xFF:
                out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
