// A page's text with the items that are known cut out, so that only the rest is parsed.

import Glibc

/// The text of a page in which every item that is known is an element of the same name, with a mark for its content.
///
/// A well-formed element is the same element wherever elements may stand, so a parser that comes to the mark's element comes to the
/// item in the whole text, and goes on behind it as it would there; and a text is well-formed where its abridgement is. Only of a place
/// where no element can begin (in a comment, say) is this not true; no mark is found in the tree then, and the whole text is read.
struct AbridgedText {
    /// The name of the element that stands for an item's content.
    static let mark = "daybook-known"

    private(set) var bytes: [UInt8] = []
    /// The known items in the order of their marks.
    private(set) var known: [Int] = []

    /// - Parameter keepsAttributes: whether an item's attributes are needed to tell that it is one.
    init<Made>(_ text: [UInt8], _ items: KnownItems<Made>, keepsAttributes: Bool) {
        text.withUnsafeBytes { text in
            var copied = 0
            var at = 0
            while let place = Self.find(UInt8(ascii: "<"), in: text, from: at) {
                guard let item = items.find(in: text, at: place) else {
                    at = place + 1
                    continue
                }
                bytes.append(contentsOf: text[copied..<place])
                appendMark(items.items[item].bytes, keepsAttributes: keepsAttributes)
                known.append(item)
                at = place + items.items[item].bytes.count
                copied = at
            }
            bytes.append(contentsOf: text[copied...])
        }
    }

    /// Whether the text around the items has no element of the mark's name, or what looks like one.
    var hasNoMarksButItsOwn: Bool { Self.count(Self.mark, in: bytes) == known.count }

    private mutating func appendMark(_ item: [UInt8], keepsAttributes: Bool) {
        let name = item.dropFirst().prefix { $0 > 0x20 && $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "/") }
        bytes.append(UInt8(ascii: "<"))
        bytes.append(contentsOf: keepsAttributes ? Self.startTag(item) : name)
        bytes.append(contentsOf: "><\(Self.mark)/></".utf8)
        bytes.append(contentsOf: name)
        bytes.append(UInt8(ascii: ">"))
    }

    /// What stands between `<` and `>` or `/>`; a `>` may stand in an attribute's value.
    private static func startTag(_ item: [UInt8]) -> ArraySlice<UInt8> {
        var quote: UInt8?
        var end = 1
        while end < item.count {
            let byte = item[end]
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                break
            }
            end += 1
        }
        let isEmpty = end > 1 && item[end - 1] == UInt8(ascii: "/")
        return item[1..<(isEmpty ? end - 1 : end)]
    }

    static func find(_ byte: UInt8, in text: UnsafeRawBufferPointer, from: Int) -> Int? {
        guard let base = text.baseAddress, from < text.count,
            let found = memchr(base + from, Int32(byte), text.count - from)
        else { return nil }
        return base.distance(to: UnsafeRawPointer(found))
    }

    /// How often a text, which is not empty, stands in another.
    static func count(_ needle: String, in text: [UInt8]) -> Int {
        var needle = needle
        return needle.withUTF8 { needle in
            text.withUnsafeBytes { text in
                guard let wanted = needle.baseAddress, let base = text.baseAddress else { return 0 }
                var count = 0
                var at = 0
                while let place = find(wanted[0], in: text, from: at), place + needle.count <= text.count {
                    count += memcmp(base + place, wanted, needle.count) == 0 ? 1 : 0
                    at = place + 1
                }
                return count
            }
        }
    }
}
