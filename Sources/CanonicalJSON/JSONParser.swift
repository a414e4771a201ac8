// JSON in, strictly as RFC 8259 has it, with I-JSON's (RFC 7493) demand that a number survive as a double.

/// Why a text is not JSON that can be kept, and where.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Byte offset from the start of the text.
    public let offset: Int
    /// What is wrong there, as the end of a sentence.
    public let reason: String

    public var description: String { "not JSON at byte \(offset): \(reason)" }
}

extension JSON {
    /// How deep arrays and objects may nest; deeper text is refused rather than recursed into.
    public static let depthMax = 128

    public static func parse(_ text: String) throws(JSONError) -> JSON {
        try parse(Array(text.utf8))
    }

    /// - Parameter keysOnce: refuses an object that has a key twice; otherwise the last one counts.
    public static func parse(_ bytes: [UInt8], keysOnce: Bool = false) throws(JSONError) -> JSON {
        let result: Result<JSON, JSONError> = bytes.withUnsafeBytes { buffer in
            do throws(JSONError) {
                return .success(try parse(buffer, keysOnce: keysOnce))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Parses one value with nothing but white space around it.
    public static func parse(_ bytes: UnsafeRawBufferPointer, keysOnce: Bool = false) throws(JSONError) -> JSON {
        var parser = JSONParser(bytes: bytes, keysOnce: keysOnce)
        return try parser.document()
    }
}

struct JSONParser {
    private let bytes: UnsafeRawBufferPointer
    private let keysOnce: Bool
    private var at = 0

    init(bytes: UnsafeRawBufferPointer, keysOnce: Bool = false) {
        self.bytes = bytes
        self.keysOnce = keysOnce
    }

    mutating func document() throws(JSONError) -> JSON {
        let value = try value(depth: 0)
        skipWhiteSpace()
        guard at == bytes.count else { throw failure("there is something after the value") }
        return value
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSON {
        guard depth <= JSON.depthMax else { throw failure("nested deeper than \(JSON.depthMax)") }
        skipWhiteSpace()
        guard at < bytes.count else { throw failure("the text ends where a value is due") }
        switch bytes[at] {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSON {
        at += 1
        var object = JSONObject()
        if take("}") { return .object(object) }
        repeat {
            skipWhiteSpace()
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw failure("a key in quotes is due") }
            let key = try string()
            if keysOnce, object[key] != nil { throw failure("a key that is there twice") }
            guard take(":") else { throw failure("a colon is due after a key") }
            object[key] = try value(depth: depth + 1)
        } while take(",")
        guard take("}") else { throw failure("a comma or the object's end is due") }
        return .object(object)
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSON {
        at += 1
        var values: [JSON] = []
        if take("]") { return .array(values) }
        repeat { values.append(try value(depth: depth + 1)) } while take(",")
        guard take("]") else { throw failure("a comma or the array's end is due") }
        return .array(values)
    }

    private mutating func string() throws(JSONError) -> String {
        at += 1
        let start = at
        while at < bytes.count, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\"), bytes[at] >= 0x20 {
            at += 1
        }
        guard at < bytes.count else { throw failure("a string without its end") }
        if bytes[at] == UInt8(ascii: "\"") {
            defer { at += 1 }
            return try text(bytes[start..<at], from: start)
        }
        var unescaped = Array(bytes[start..<at])
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                at += 1
                return try text(unescaped, from: start)
            }
            guard byte >= 0x20 else { throw failure("a control character in a string; write it escaped") }
            at += 1
            if byte == UInt8(ascii: "\\") { try escape(into: &unescaped) } else { unescaped.append(byte) }
        }
        throw failure("a string without its end")
    }

    private func text(_ utf8: some Sequence<UInt8>, from start: Int) throws(JSONError) -> String {
        guard let text = String(validating: utf8, as: UTF8.self) else {
            throw JSONError(offset: start, reason: "a string that is not UTF-8")
        }
        return text
    }

    private mutating func escape(into out: inout [UInt8]) throws(JSONError) {
        guard at < bytes.count else { throw failure("a string without its end") }
        let letter = bytes[at]
        at += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(letter)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"): out += String(try escapedScalar()).utf8
        default: throw failure("an unknown escape")
        }
    }

    /// One `\uXXXX`, or the two of a surrogate pair; half a pair is no character and is refused.
    private mutating func escapedScalar() throws(JSONError) -> Character {
        let first = try hexUnit()
        if let scalar = Unicode.Scalar(first) { return Character(scalar) }
        guard first < 0xDC00, at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u")
        else { throw failure("half a surrogate pair") }
        at += 2
        let second = try hexUnit()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw failure("half a surrogate pair") }
        return Character(scalar)
    }

    private mutating func hexUnit() throws(JSONError) -> UInt32 {
        guard at + 4 <= bytes.count,
            bytes[at..<at + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let unit = UInt32(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16)
        else { throw failure("four hexadecimal digits are due") }
        at += 4
        return unit
    }

    private mutating func word(_ word: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        let length = word.utf8CodeUnitCount
        let expected = UnsafeBufferPointer(start: word.utf8Start, count: length)
        guard at + length <= bytes.count, bytes[at..<at + length].elementsEqual(expected)
        else { throw failure("a value is due") }
        at += length
        return value
    }

    private mutating func number() throws(JSONError) -> JSON {
        let start = at
        if at < bytes.count, bytes[at] == UInt8(ascii: "-") { at += 1 }
        let whole = digits()
        guard whole > 0 else { throw failure("a value is due") }
        let leadingZero = whole > 1 && bytes[at - whole] == UInt8(ascii: "0")
        guard !leadingZero else { throw failure("a number with a leading zero") }
        var isInteger = true
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            isInteger = false
            at += 1
            guard digits() > 0 else { throw failure("digits are due after the point") }
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            guard digits() > 0 else { throw failure("digits are due in the exponent") }
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            throw JSONError(offset: start, reason: "\(text) is larger than a number can be")
        }
        if isInteger, value.magnitude >= 0x1p53, !isExact(text, value) {
            throw JSONError(offset: start, reason: "\(text) would lose digits as a number; write it as a string")
        }
        return .number(value)
    }

    /// Whether an integer is the double itself, or has the digits that the double prints; beyond 2^53 most have neither.
    private func isExact(_ text: String, _ value: Double) -> Bool {
        if let whole = Int64(text), Int64(exactly: value) == whole { return true }
        // The canonical form has the shortest digits, with zeros behind; what the log wrote must read back.
        return JSON.number(value).canonicalText == text
    }

    private mutating func digits() -> Int {
        let start = at
        while at < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]) { at += 1 }
        return at - start
    }

    private mutating func skipWhiteSpace() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x09, 0x0A, 0x0D: at += 1
            default: return
            }
        }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipWhiteSpace()
        guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private func failure(_ reason: String) -> JSONError { JSONError(offset: at, reason: reason) }
}
