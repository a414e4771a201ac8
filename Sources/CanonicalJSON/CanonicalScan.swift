// Tells canonical JSON from its bytes alone, in one pass: nothing is decoded or built, but for numbers with a fraction.

extension JSON {
    /// Whether a text is in canonical form, where its bytes alone tell; what does not look so has to be parsed and written anew.
    ///
    /// - Returns: true only for the canonical form of some value. False proves nothing: of keys with escapes, deep nesting and large
    ///   numbers, the parser knows more.
    public static func isPlainlyCanonical(_ text: UnsafeRawBufferPointer) -> Bool {
        var scan = CanonicalScan(text)
        return scan.value(depth: 0) && scan.at == text.count
    }
}

private struct CanonicalScan {
    private let text: UnsafeRawBufferPointer
    private(set) var at = 0

    private static let depthMax = 32

    init(_ text: UnsafeRawBufferPointer) { self.text = text }

    mutating func value(depth: Int) -> Bool {
        guard at < text.count, depth <= Self.depthMax else { return false }
        switch text[at] {
        case UInt8(ascii: "\""): return string() != nil
        case UInt8(ascii: "{"): return object(depth)
        case UInt8(ascii: "["): return array(depth)
        case UInt8(ascii: "t"): return word("true")
        case UInt8(ascii: "f"): return word("false")
        case UInt8(ascii: "n"): return word("null")
        default: return number()
        }
    }

    private mutating func object(_ depth: Int) -> Bool {
        at += 1
        if take(UInt8(ascii: "}")) { return true }
        var last: Range<Int>?
        repeat {
            guard let key = string(), !key.isEscaped, last.map({ precedes($0, key.range) }) ?? true,
                take(UInt8(ascii: ":")), value(depth: depth + 1)
            else { return false }
            last = key.range
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}"))
    }

    private mutating func array(_ depth: Int) -> Bool {
        at += 1
        if take(UInt8(ascii: "]")) { return true }
        repeat {
            guard value(depth: depth + 1) else { return false }
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "]"))
    }

    /// Up to and over the closing quote; the range is what lies between the quotes.
    private mutating func string() -> (range: Range<Int>, isEscaped: Bool)? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = at
        var isEscaped = false
        var isASCII = true
        while true {
            at = JSON.plainEnd(text, from: at, isASCII: &isASCII)
            guard at < text.count else { return nil }
            if text[at] == UInt8(ascii: "\"") { break }
            guard text[at] == UInt8(ascii: "\\"), escape() else { return nil }
            isEscaped = true
        }
        let range = start..<at
        at += 1
        guard isASCII || isUTF8(range) else { return nil }
        return (range, isEscaped)
    }

    /// The one escape that the writer has for a character.
    private mutating func escape() -> Bool {
        guard at + 1 < text.count else { return false }
        switch text[at + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            at += 2
            return true
        default: return false
        }
    }

    /// Few digits are what they are; other numbers are read and written.
    private mutating func number() -> Bool {
        let start = at
        _ = take(UInt8(ascii: "-"))
        let first = at
        while at < text.count, text[at] &- UInt8(ascii: "0") < 10 { at += 1 }
        guard first < at else { return false }
        let isWhole = at == text.count || ![0x2E, 0x45, 0x65].contains(text[at])
        if isWhole, at - first <= 15 { return text[first] != UInt8(ascii: "0") || at - start == 1 }
        while at < text.count, ![0x2C, 0x5D, 0x7D].contains(text[at]) { at += 1 }
        let number = UnsafeRawBufferPointer(rebasing: text[start..<at])
        guard let value = try? JSON.parse(number) else { return false }
        return value.canonicalBytes.elementsEqual(number)
    }

    private mutating func word(_ word: StaticString) -> Bool {
        for index in 0..<word.utf8CodeUnitCount {
            guard take(word.utf8Start[index]) else { return false }
        }
        return true
    }

    @inline(__always)
    private mutating func take(_ byte: UInt8) -> Bool {
        guard at < text.count, text[at] == byte else { return false }
        at += 1
        return true
    }

    private func precedes(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        let count = min(left.count, right.count)
        for index in 0..<count {
            let (one, other) = (text[left.lowerBound + index], text[right.lowerBound + index])
            if one != other { return one < other }
        }
        return left.count < right.count
    }

    private func isUTF8(_ range: Range<Int>) -> Bool {
        text[range].withContiguousStorageIfAvailable { (try? UTF8Span(validating: $0.span)) != nil } ?? false
    }
}
