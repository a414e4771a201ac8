// `&amp;`, `&#233;` and their like, by the rules of the HTML Standard (13.2.5.72 on).

enum CharacterReferences {
    /// The longest name that there is has 31 letters and digits.
    private static let nameMax = 32

    /// Appends `text` with its references replaced; what is none stays as it is.
    static func decode(_ text: UnsafeBufferPointer<UInt8>, inAttribute: Bool, into out: inout [UInt8]) {
        var at = 0
        var copied = 0
        while at < text.count {
            guard text[at] == UInt8(ascii: "&") else {
                at += 1
                continue
            }
            guard let (length, characters) = reference(text, at, inAttribute: inAttribute) else {
                at += 1
                continue
            }
            out.append(contentsOf: UnsafeBufferPointer(rebasing: text[copied..<at]))
            out += characters
            at += length
            copied = at
        }
        out.append(contentsOf: UnsafeBufferPointer(rebasing: text[copied...]))
    }

    private static func reference(
        _ text: UnsafeBufferPointer<UInt8>, _ at: Int, inAttribute: Bool
    ) -> (length: Int, characters: [UInt8])? {
        guard at + 1 < text.count else { return nil }
        return text[at + 1] == UInt8(ascii: "#") ? numeric(text, at) : named(text, at, inAttribute: inAttribute)
    }

    private static func named(
        _ text: UnsafeBufferPointer<UInt8>, _ at: Int, inAttribute: Bool
    ) -> (length: Int, characters: [UInt8])? {
        var end = at + 1
        while end < text.count, end - at <= nameMax, isAlphanumeric(text[end]) { end += 1 }
        guard end > at + 1 else { return nil }
        if end < text.count, text[end] == UInt8(ascii: ";"),
            let characters = NamedCharacters.find(UnsafeBufferPointer(rebasing: text[at + 1..<end]), hasSemicolon: true)
        {
            return (end + 1 - at, characters)
        }
        // The longest old name that the letters begin with, as in `&copy2018`.
        while end > at + 1 {
            let name = UnsafeBufferPointer(rebasing: text[at + 1..<end])
            if let characters = NamedCharacters.find(name, hasSemicolon: false) {
                let next = end < text.count ? text[end] : 0
                let isPartOfQuery = inAttribute && (next == UInt8(ascii: "=") || isAlphanumeric(next))
                return isPartOfQuery ? nil : (end - at, characters)
            }
            end -= 1
        }
        return nil
    }

    private static func numeric(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> (length: Int, characters: [UInt8])? {
        var place = at + 2
        let isHex = place < text.count && text[place] | 0x20 == UInt8(ascii: "x")
        if isHex { place += 1 }
        let start = place
        var number: UInt32 = 0
        while place < text.count, let digit = digit(text[place], isHex: isHex) {
            number = min(number * (isHex ? 16 : 10) + digit, 0x11_0000)
            place += 1
        }
        guard place > start else { return nil }
        if place < text.count, text[place] == UInt8(ascii: ";") { place += 1 }
        return (place - at, characters(number))
    }

    /// 0x80 to 0x9F are what windows-1252 has there; what is no character is U+FFFD.
    private static func characters(_ number: UInt32) -> [UInt8] {
        if (0x80...0x9F).contains(number) { return Windows1252.decode([UInt8(number)]) }
        guard number != 0, let scalar = Unicode.Scalar(number) else { return [0xEF, 0xBF, 0xBD] }
        return Array(String(Character(scalar)).utf8)
    }

    private static func digit(_ byte: UInt8, isHex: Bool) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte - 0x30)
        case 0x41...0x46 where isHex: UInt32(byte - 0x41 + 10)
        case 0x61...0x66 where isHex: UInt32(byte - 0x61 + 10)
        default: nil
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A)
    }
}
