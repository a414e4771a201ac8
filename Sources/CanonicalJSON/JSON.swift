// The JSON value that every part shares: what an item's fields, an event's data and a change are made of.

/// A JSON value (RFC 8259) that compares and hashes by bytes.
///
/// Swift's `String` equality folds canonically equivalent text ("é" written in two ways); two states that differ only so
/// do differ in the world, so strings here are equal when their UTF-8 is. Numbers are IEEE 754 doubles, as RFC 8785 wants.
public enum JSON: Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSON])
    case object(JSONObject)
}

extension JSON: Equatable {
    public static func == (left: JSON, right: JSON) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)): a == b
        default: false
        }
    }
}

extension JSON: Hashable {
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .number(let value): hasher.combine(value)
        case .string(let value): for byte in value.utf8 { hasher.combine(byte) }
        case .array(let values): hasher.combine(values)
        case .object(let object): hasher.combine(object)
        }
    }
}

extension JSON {
    /// The value at `key` where this is an object that has it.
    public subscript(key: String) -> JSON? {
        guard case .object(let object) = self else { return nil }
        return object[key]
    }

    public var stringValue: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    public var numberValue: Double? {
        guard case .number(let value) = self else { return nil }
        return value
    }

    /// The number as an integer, where it is one that a double holds exactly.
    public var intValue: Int? {
        guard case .number(let value) = self else { return nil }
        return Int(exactly: value)
    }

    public var boolValue: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    public var arrayValue: [JSON]? {
        guard case .array(let values) = self else { return nil }
        return values
    }

    public var objectValue: JSONObject? {
        guard case .object(let object) = self else { return nil }
        return object
    }

    /// Whether no value lies deeper in it than `depth`, a member or an element being one deeper than what holds it. What `parse`
    /// gives is nested within `depthMax`.
    public func isNested(within depth: Int) -> Bool {
        switch self {
        case .array(let values): depth >= 0 && values.allSatisfy { $0.isNested(within: depth - 1) }
        case .object(let object): depth >= 0 && object.members.allSatisfy { $0.value.isNested(within: depth - 1) }
        default: depth >= 0
        }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int) { self = .number(Double(value)) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSON)...) { self = .object(JSONObject(elements)) }

    /// Integers beyond 2^53 are rounded, as every JSON number is here; sequences are therefore written as strings.
    public init(_ value: some BinaryInteger) { self = .number(Double(value)) }
}
