// What of an item can be searched: its fields that are text, or lists of texts.

import CanonicalJSON

/// An item's texts: the one that it goes by, and all others, a line each.
struct ItemWords {
    private static let headings = [Array("\"title\"".utf8), Array("\"name\"".utf8)]

    private(set) var title: [UInt8] = []
    private(set) var body: [UInt8] = []

    /// - Parameter fields: a canonical JSON object, which is read where it lies.
    init(_ fields: UnsafeRawBufferPointer) throws {
        var members = try CanonicalMembers(fields)
        while let member = try members.next() {
            // Of title and name the first that is there heads the item; in canonical order that is the name.
            let isHeading = title.isEmpty && Self.headings.contains { member.key.elementsEqual($0) }
            switch member.value.first {
            case UInt8(ascii: "\""):
                let text = try Self.text(member.value)
                if isHeading { title = text } else { add(text) }
            case UInt8(ascii: "["):
                for text in try JSON.parse(member.value).arrayValue?.compactMap(\.stringValue) ?? [] {
                    add(Array(text.utf8))
                }
            default: break
            }
        }
    }

    private mutating func add(_ text: [UInt8]) {
        if !body.isEmpty { body.append(UInt8(ascii: "\n")) }
        body += text
    }

    /// What a JSON string says; most have nothing escaped.
    private static func text(_ value: UnsafeRawBufferPointer) throws -> [UInt8] {
        guard value.contains(UInt8(ascii: "\\")) else { return Array(value.dropFirst().dropLast()) }
        return try Array(JSON.parse(value).stringValue?.utf8 ?? "".utf8)
    }

    /// Both as values for a statement.
    func bound(_ body: (_ title: TextInPlace, _ body: TextInPlace) throws -> Void) throws {
        try title.withUnsafeBytes { title in
            try self.body.withUnsafeBytes { try body(TextInPlace(title), TextInPlace($0)) }
        }
    }
}
