// HTML as tags and text, by the tokenization rules of the HTML Standard (13.2.5), over bytes that are known to be UTF-8.

import Foundation

/// Walks the bytes once and hands what it finds to an `HTMLTreeConstruction`.
struct HTMLTokenizer {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var at = 0
    private var construction: HTMLTreeConstruction
    /// For names in upper case and values with character references; most need neither.
    private var scratch: [UInt8] = []

    private init(_ bytes: UnsafeBufferPointer<UInt8>, names: NameTable) {
        self.bytes = bytes
        construction = HTMLTreeConstruction(TreeBuilder(names: names, isHTML: true, sizeHint: bytes.count))
    }

    /// Never fails: to HTML every text is a page.
    static func parse(_ utf8: [UInt8], names: NameTable) -> Tree {
        utf8.withUnsafeBufferPointer { buffer in
            var tokenizer = HTMLTokenizer(buffer, names: names)
            tokenizer.run()
            return tokenizer.construction.finish()
        }
    }

    private mutating func run() {
        while at < bytes.count {
            let open = find(UInt8(ascii: "<"), from: at) ?? bytes.count
            if open > at { text(at, open) }
            at = open
            if at < bytes.count { markup() }
        }
    }

    private func find(_ byte: UInt8, from start: Int) -> Int? {
        guard let base = bytes.baseAddress, start < bytes.count,
            let found = memchr(base + start, Int32(byte), bytes.count - start)
        else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    private func byte(_ place: Int) -> UInt8 { place < bytes.count ? bytes[place] : 0 }

    private func slice(_ start: Int, _ end: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[start..<end])
    }

    // MARK: Text

    private mutating func text(_ start: Int, _ end: Int) {
        let text = slice(start, end)
        guard let base = text.baseAddress, memchr(base, 0x26, text.count) != nil else { return construction.text(text) }
        scratch.removeAll(keepingCapacity: true)
        CharacterReferences.decode(text, inAttribute: false, into: &scratch)
        scratch.withUnsafeBufferPointer { construction.text($0) }
    }

    // MARK: Markup

    private mutating func markup() {
        let next = byte(at + 1)
        if isLetter(next) {
            startTag()
        } else if next == UInt8(ascii: "/") {
            endTagOrComment()
        } else if next == UInt8(ascii: "!") {
            declaration()
        } else if next == UInt8(ascii: "?") {
            at = find(UInt8(ascii: ">"), from: at).map { $0 + 1 } ?? bytes.count
        } else {
            construction.text(slice(at, at + 1))
            at += 1
        }
    }

    /// A comment, a document type, or CDATA inside SVG and MathML.
    private mutating func declaration() {
        if byte(at + 2) == 0x2D, byte(at + 3) == 0x2D { return comment() }
        if construction.isForeign, starts(at, with: "<![CDATA[") {
            let start = at + 9
            var end = start
            while end < bytes.count, !starts(end, with: "]]>") { end += 1 }
            construction.text(slice(start, end))
            at = min(end + 3, bytes.count)
            return
        }
        at = find(UInt8(ascii: ">"), from: at).map { $0 + 1 } ?? bytes.count
    }

    /// Ends at `-->` or `--!>`; `<!-->` and `<!--->` are whole comments.
    private mutating func comment() {
        var place = at + 4
        if byte(place) == UInt8(ascii: ">") || (byte(place) == 0x2D && byte(place + 1) == UInt8(ascii: ">")) {
            at = (find(UInt8(ascii: ">"), from: place) ?? bytes.count - 1) + 1
            return
        }
        while let close = find(UInt8(ascii: ">"), from: place) {
            let isEnd = close >= at + 6 && bytes[close - 1] == 0x2D && bytes[close - 2] == 0x2D
            let isBangEnd =
                close >= at + 7 && bytes[close - 1] == UInt8(ascii: "!") && bytes[close - 2] == 0x2D
                && bytes[close - 3] == 0x2D
            if isEnd || isBangEnd {
                at = close + 1
                return
            }
            place = close + 1
        }
        at = bytes.count
    }

    private mutating func endTagOrComment() {
        guard isLetter(byte(at + 2)) else {
            at = find(UInt8(ascii: ">"), from: at).map { $0 + 1 } ?? bytes.count
            return
        }
        let start = at + 2
        let end = nameEnd(start)
        let name = intern(start, end)
        at = end
        guard skipAttributes() else { return }
        construction.endTag(name)
    }

    private mutating func startTag() {
        let nameStart = at + 1
        let end = nameEnd(nameStart)
        let name = intern(nameStart, end)
        at = end
        guard construction.startTag(name) else {
            _ = skipAttributes()
            return
        }
        guard let isSelfClosing = attributes() else { return construction.dropStartTag() }
        construction.finishStartTag(name, isSelfClosing: isSelfClosing)
        let traits = ElementTraits.of(name)
        if construction.isForeign { return }
        if traits.contains(.rawText) || traits.contains(.escapableText) {
            rawText(name, start: nameStart, length: end - nameStart, decodes: traits.contains(.escapableText))
        } else if name == KnownName.plaintext.id {
            construction.text(slice(at, bytes.count))
            at = bytes.count
        } else if name == KnownName.pre.id || name == KnownName.listing.id {
            if byte(at) == 0x0D { at += 1 }
            if byte(at) == 0x0A { at += 1 }
        }
    }

    /// Content without tags, up to the end tag of the same name.
    private mutating func rawText(_ name: NameTable.ID, start: Int, length: Int, decodes: Bool) {
        var place = at
        var end = bytes.count
        while let open = find(UInt8(ascii: "<"), from: place) {
            if byte(open + 1) == UInt8(ascii: "/"), equalsName(open + 2, start, length),
                endsName(byte(open + 2 + length), at: open + 2 + length)
            {
                end = open
                break
            }
            place = open + 1
        }
        if name == KnownName.textarea.id, byte(at) == 0x0A { at += 1 }
        if end > at { decodes ? text(at, end) : construction.text(slice(at, end)) }
        at = end
        if end == bytes.count { construction.endTag(name) }
    }

    private func equalsName(_ place: Int, _ start: Int, _ length: Int) -> Bool {
        guard place + length <= bytes.count else { return false }
        for offset in 0..<length where bytes[place + offset] | 0x20 != bytes[start + offset] | 0x20 { return false }
        return true
    }

    private func endsName(_ byte: UInt8, at place: Int) -> Bool {
        place >= bytes.count || WhiteSpace.isASCII(byte) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ">")
    }

    // MARK: Attributes

    /// Takes the attributes into the element just started, and says whether the tag ends in `/>`; nil where the page ends first.
    private mutating func attributes() -> Bool? {
        while at < bytes.count {
            let byte = bytes[at]
            if WhiteSpace.isASCII(byte) {
                at += 1
            } else if byte == UInt8(ascii: ">") {
                at += 1
                return false
            } else if byte == UInt8(ascii: "/") {
                at += 1
                if self.byte(at) == UInt8(ascii: ">") {
                    at += 1
                    return true
                }
            } else {
                let (name, value) = attributeRanges()
                let id = intern(name.lowerBound, name.upperBound)
                attribute(id, slice(value.lowerBound, value.upperBound))
            }
        }
        return nil
    }

    private mutating func attribute(_ id: NameTable.ID, _ value: UnsafeBufferPointer<UInt8>) {
        guard let base = value.baseAddress, value.count > 0, memchr(base, 0x26, value.count) != nil else {
            return construction.attribute(id, value)
        }
        scratch.removeAll(keepingCapacity: true)
        CharacterReferences.decode(value, inAttribute: true, into: &scratch)
        scratch.withUnsafeBufferPointer { construction.attribute(id, $0) }
    }

    /// Moves over the attributes; false where the page ends first.
    private mutating func skipAttributes() -> Bool {
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: ">") {
                at += 1
                return true
            }
            if WhiteSpace.isASCII(byte) || byte == UInt8(ascii: "/") { at += 1 } else { _ = attributeRanges() }
        }
        return false
    }

    /// One attribute from its first byte on, and moves behind it.
    private mutating func attributeRanges() -> (name: Range<Int>, value: Range<Int>) {
        let start = at
        at += 1
        while at < bytes.count, !endsName(bytes[at], at: at), bytes[at] != UInt8(ascii: "=") { at += 1 }
        let name = start..<at
        var place = at
        while place < bytes.count, WhiteSpace.isASCII(bytes[place]) { place += 1 }
        guard byte(place) == UInt8(ascii: "=") else { return (name, at..<at) }
        place += 1
        while place < bytes.count, WhiteSpace.isASCII(bytes[place]) { place += 1 }
        let quote = byte(place)
        if quote == 0x22 || quote == 0x27 {
            let end = find(quote, from: place + 1) ?? bytes.count
            at = min(end + 1, bytes.count)
            return (name, place + 1..<max(place + 1, end))
        }
        let valueStart = place
        while place < bytes.count, !WhiteSpace.isASCII(bytes[place]), bytes[place] != UInt8(ascii: ">") { place += 1 }
        at = place
        return (name, valueStart..<place)
    }

    // MARK: Names

    private func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A }

    private func nameEnd(_ start: Int) -> Int {
        var end = start
        while end < bytes.count, !endsName(bytes[end], at: end) { end += 1 }
        return end
    }

    private mutating func intern(_ start: Int, _ end: Int) -> NameTable.ID {
        for place in start..<end where bytes[place] >= 0x41 && bytes[place] <= 0x5A {
            let lower = bytes[start..<end].map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
            return lower.withUnsafeBufferPointer { construction.intern($0) }
        }
        return construction.intern(slice(start, end))
    }

    private func starts(_ place: Int, with text: StaticString) -> Bool {
        guard place + text.utf8CodeUnitCount <= bytes.count else { return false }
        for offset in 0..<text.utf8CodeUnitCount where bytes[place + offset] != text.utf8Start[offset] { return false }
        return true
    }
}
