// Canonical JSON out: RFC 8785, but with keys in the order of their UTF-8 bytes.

extension JSON {
    /// The canonical form as UTF-8: no white space, members sorted, numbers and escapes as ECMAScript writes them.
    public var canonicalBytes: [UInt8] {
        var bytes: [UInt8] = []
        write(into: &bytes)
        return bytes
    }

    /// The canonical form as text.
    public var canonicalText: String { String(decoding: canonicalBytes, as: UTF8.self) }

    /// Appends the canonical form.
    public func write(into bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let value): bytes += value ? "true".utf8 : "false".utf8
        case .number(let value): writeNumber(value, into: &bytes)
        case .string(let value): JSON.writeString(value, into: &bytes)
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                value.write(into: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object): object.write(into: &bytes)
        }
    }

    /// Appends `text` as a JSON string: the two-letter escapes, `\u00xx` for other controls, everything else as it is.
    public static func writeString(_ text: String, into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var clean = 0
            var index = 0
            var isASCII = true
            while true {
                index = plainEnd(UnsafeRawBufferPointer(utf8), from: index, isASCII: &isASCII)
                bytes += UnsafeBufferPointer(rebasing: utf8[clean..<index])
                guard index < utf8.count else { break }
                writeEscape(utf8[index], into: &bytes)
                index += 1
                clean = index
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Where the next byte is that needs an escape, or the end: eight bytes at a time as long as none of them does.
    ///
    /// - Parameter isASCII: becomes false where a byte before that is not.
    static func plainEnd(_ text: UnsafeRawBufferPointer, from start: Int, isASCII: inout Bool) -> Int {
        var index = start
        var seen: UInt64 = 0
        while index + 8 <= text.count {
            let word = text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            // A byte's highest bit comes out set where the byte is zero after what is sought was taken away (or is below 0x20);
            // one that is not sought may be marked too, but only above one that is. Bytes beyond ASCII are never sought.
            let ones: UInt64 = 0x0101_0101_0101_0101
            let quote = word ^ ones &* 0x22
            let slash = word ^ ones &* 0x5C
            let found = (word &- ones &* 0x20) & ~word | (quote &- ones) & ~quote | (slash &- ones) & ~slash
            if found & (ones &* 0x80) != 0 { break }
            seen |= word
            index += 8
        }
        while index < text.count, text[index] >= 0x20, text[index] != 0x22, text[index] != 0x5C {
            seen |= UInt64(text[index])
            index += 1
        }
        if seen & 0x8080_8080_8080_8080 != 0 { isASCII = false }
        return index
    }

    private static func writeEscape(_ byte: UInt8, into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x22, 0x5C: bytes.append(byte)
        default:
            let digits = Array("0123456789abcdef".utf8)
            bytes += "u00".utf8
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
        }
    }

    /// ECMAScript's Number::toString (ECMA-262, 6.1.6.1.20), which RFC 8785 prescribes. JSON has no NaN and no
    /// infinities; where a computation made one, `null` stands, as JSON.stringify has it.
    private func writeNumber(_ value: Double, into bytes: inout [UInt8]) {
        guard value.isFinite else {
            bytes += "null".utf8
            return
        }
        if let whole = Int64(exactly: value), whole.magnitude < 1 << 53 {
            bytes += String(whole).utf8
            return
        }
        let (digits, point) = shortestDigits(value.magnitude)
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        bytes += layOut(digits: digits, point: point)
    }

    /// The shortest digits that read back as `value`, and where the point stands: 0.`digits` times ten to the `point`.
    private func shortestDigits(_ value: Double) -> (digits: [UInt8], point: Int) {
        let parts = value.description.lowercased().split(separator: "e")
        var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        var digits = Array(mantissa[0].utf8)
        exponent += digits.count
        if mantissa.count > 1 { digits += mantissa[1].utf8 }
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        let leading = digits.prefix { $0 == UInt8(ascii: "0") }.count
        digits.removeFirst(leading)
        return (digits, exponent - leading)
    }

    private func layOut(digits: [UInt8], point: Int) -> [UInt8] {
        let zero = UInt8(ascii: "0")
        let dot = UInt8(ascii: ".")
        if digits.count <= point, point <= 21 {
            return digits + [UInt8](repeating: zero, count: point - digits.count)
        }
        if 0 < point, point <= 21 {
            return digits[..<point] + [dot] + digits[point...]
        }
        if -6 < point, point <= 0 {
            return [zero, dot] + [UInt8](repeating: zero, count: -point) + digits
        }
        let exponent = point - 1
        let fraction = digits.count > 1 ? [dot] + digits[1...] : []
        return digits[..<1] + fraction + Array("e\(exponent < 0 ? "-" : "+")\(abs(exponent))".utf8)
    }
}

extension JSONObject {
    /// Appends the canonical form of the object.
    public func write(into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        for (index, member) in members.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            JSON.writeString(member.key, into: &bytes)
            bytes.append(UInt8(ascii: ":"))
            member.value.write(into: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }
}
