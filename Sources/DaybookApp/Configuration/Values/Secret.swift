// Secrets: what stands in daybook.yaml is a reference, what it leads to is never shown.

/// A value that must not be seen. It prints as `***`, also in dumps and in errors that interpolate it.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: String

    public init(_ value: String) { self.value = value }

    /// The value itself: for what goes out over the wire, and for nothing else.
    public func reveal() -> String { value }

    public var description: String { "***" }
    public var debugDescription: String { "***" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// A text in which `${env:NAME}` and `${file:PATH}` stand for something that is kept elsewhere.
struct ReferenceText: Hashable, Sendable, CustomReflectable {
    enum Part: Hashable, Sendable {
        case literal(String)
        case environment(String)
        case file(String)
    }

    let parts: [Part]

    var isLiteral: Bool {
        parts.allSatisfy { if case .literal = $0 { true } else { false } }
    }

    /// Written out secrets are masked; what is a reference stays as it is, with the text around it.
    func normalised(masking: Bool) -> String {
        if masking && isLiteral { return "***" }
        return parts.map { part in
            switch part {
            case .literal(let text): text
            case .environment(let name): "${env:\(name)}"
            case .file(let path): "${file:\(path)}"
            }
        }.joined()
    }

    var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension ReferenceText {
    /// What is wrong with a reference, as the end of a sentence.
    struct Malformed: Error, Equatable {
        let reason: String
    }

    static func containsReference(_ text: String) -> Bool {
        text.contains("${env:") || text.contains("${file:")
    }

    static func parse(_ text: String) throws(Malformed) -> ReferenceText {
        var parts: [Part] = []
        var rest = Substring(text)
        while let start = rest.firstRange(of: "${") {
            if start.lowerBound > rest.startIndex { parts.append(.literal(String(rest[..<start.lowerBound]))) }
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                throw Malformed(reason: "a reference without its closing brace; write ${env:NAME} or ${file:PATH}")
            }
            parts.append(try reference(rest[start.upperBound..<end]))
            rest = rest[rest.index(after: end)...]
        }
        if !rest.isEmpty || parts.isEmpty { parts.append(.literal(String(rest))) }
        return ReferenceText(parts: parts)
    }

    private static func reference(_ inside: Substring) throws(Malformed) -> Part {
        let name = inside.drop { $0 != ":" }.dropFirst()
        if inside.hasPrefix("env:"), !name.isEmpty, !name.contains("=") { return .environment(String(name)) }
        if inside.hasPrefix("file:"), !name.isEmpty { return .file(String(name)) }
        throw Malformed(reason: "expected a reference such as ${env:NAME} or ${file:PATH}, got \"${\(inside)}\"")
    }
}
