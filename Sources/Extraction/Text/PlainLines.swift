// Text that is no markup, in lines: plain text as it is, JSON laid out with one member a line.

import CanonicalJSON

enum PlainLines {
    /// The lines as they are, but for white space at their ends and blank lines at the text's.
    static func of(_ utf8: [UInt8]) -> [String] {
        var lines = utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(trimmedAtEnd)
        while lines.last?.isEmpty == true { lines.removeLast() }
        return Array(lines.drop { $0.isEmpty }).map { String(decoding: $0, as: UTF8.self) }
    }

    static func trimmedAtEnd(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var line = line
        while let last = line.last, WhiteSpace.isASCII(last) { line.removeLast() }
        return line
    }
}

/// JSON for reading: canonical but for its white space.
enum JSONLayout {
    /// A text's own lines; anything else indented, one member a line.
    static func lines(_ value: JSON) -> [String] {
        if case .string(let text) = value { return PlainLines.of(Array(text.utf8)) }
        var lines: [String] = []
        append(value, head: "", tail: "", margin: "", to: &lines)
        return lines
    }

    /// Depth is bounded by the parser's.
    private static func append(_ value: JSON, head: String, tail: String, margin: String, to lines: inout [String]) {
        let inner = margin + "  "
        switch value {
        case .array(let values) where !values.isEmpty:
            lines.append(margin + head + "[")
            for (index, value) in values.enumerated() {
                append(value, head: "", tail: index < values.count - 1 ? "," : "", margin: inner, to: &lines)
            }
            lines.append(margin + "]" + tail)
        case .object(let object) where !object.isEmpty:
            lines.append(margin + head + "{")
            for (index, member) in object.members.enumerated() {
                let key = JSON.string(member.key).canonicalText + ": "
                append(member.value, head: key, tail: index < object.count - 1 ? "," : "", margin: inner, to: &lines)
            }
            lines.append(margin + "}" + tail)
        default: lines.append(margin + head + value.canonicalText + tail)
        }
    }
}

extension MediaType {
    var isJSON: Bool { name.hasSuffix("/json") || name.hasSuffix("+json") }

    /// Whether text of this type that is neither XML nor JSON is HTML: it says so, or says nothing and begins like it.
    func isHTML(_ utf8: [UInt8]) -> Bool {
        if name == "text/html" || name == "application/xhtml+xml" { return true }
        if name.hasPrefix("text/") { return false }
        return WhiteSpace.trimmed(Array(utf8.prefix(1024))).first == UInt8(ascii: "<")
    }
}
