// Header fields in order, found by name whatever its case.

/// Header fields in the order in which they were given or received; a name may occur several times.
public struct HTTPHeaders: Sendable, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    public private(set) var fields: [(name: String, value: String)] = []

    public init(_ fields: [(String, String)] = []) {
        self.fields = fields.map { (name: $0.0, value: $0.1) }
    }

    public init(arrayLiteral elements: (String, String)...) { self.init(elements) }
    public init(dictionaryLiteral elements: (String, String)...) { self.init(elements) }

    /// The first value under this name. Setting replaces every one; `nil` removes them.
    public subscript(name: String) -> String? {
        get { fields.first { Self.same($0.name, name) }?.value }
        set {
            fields.removeAll { Self.same($0.name, name) }
            if let newValue { fields.append((name: name, value: newValue)) }
        }
    }

    /// Every value under this name, in order.
    public func all(_ name: String) -> [String] {
        fields.filter { Self.same($0.name, name) }.map(\.value)
    }

    public mutating func add(_ name: String, _ value: String) {
        fields.append((name: name, value: value))
    }

    /// The fields whose lower-case name passes.
    func filtered(_ isKept: (String) -> Bool) -> HTTPHeaders {
        HTTPHeaders(fields.filter { isKept($0.name.lowercased()) }.map { ($0.name, $0.value) })
    }

    /// Continues the last field's value: a line that began with white space (RFC 9112, section 5.2).
    mutating func fold(_ text: String) {
        guard let last = fields.popLast() else { return }
        fields.append((name: last.name, value: last.value + " " + text))
    }

    private static func same(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count && zip(left.utf8, right.utf8).allSatisfy { lowered($0) == lowered($1) }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte + 32 : byte }
}

extension HTTPHeaders {
    /// Throws for a field that would not stay one line of its own on the wire (RFC 9110, section 5): names are
    /// tokens, values have no control characters. The value is never told: it may be a secret.
    func check() throws(Fault) {
        for field in fields {
            guard !field.name.isEmpty, field.name.utf8.allSatisfy(Self.isToken) else {
                throw .invalidRequest("a header's name is not a token")
            }
            guard !field.value.utf8.contains(where: { ($0 < 0x20 && $0 != 9) || $0 == 0x7f }) else {
                throw .invalidRequest("the header \(field.name) has control characters in its value")
            }
        }
    }

    static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
