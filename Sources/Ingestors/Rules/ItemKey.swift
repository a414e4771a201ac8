// A key as the log knows it: bytes. Swift's strings are equal where the world's differ.

import Glibc

/// An item's key within its watch, compared and ordered by its UTF-8.
struct ItemKey: Hashable, Comparable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    let text: String

    init(_ text: String) { self.text = text }
    init(stringLiteral value: String) { self.init(value) }

    var description: String { text }

    static func == (left: ItemKey, right: ItemKey) -> Bool {
        guard left.text.utf8.count == right.text.utf8.count else { return false }
        let isSame = left.text.utf8.withContiguousStorageIfAvailable { left in
            right.text.utf8.withContiguousStorageIfAvailable { right -> Bool in
                guard let one = left.baseAddress, let other = right.baseAddress else { return true }
                return memcmp(one, other, right.count) == 0
            }
        }
        return (isSame ?? nil) ?? left.text.utf8.elementsEqual(right.text.utf8)
    }

    static func < (left: ItemKey, right: ItemKey) -> Bool { left.text.utf8.lexicographicallyPrecedes(right.text.utf8) }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
