// How one text differs from another, told in one piece: what they share at the beginning, what they share at the end, and what
// lies between. Two states of an item mostly differ in one field, so this is most of what a version has to say.

import Foundation

struct Splice {
    /// How many bytes both begin with.
    let prefix: Int
    /// How many bytes both end with, none of them counted in `prefix`.
    let suffix: Int
    /// What the newer one has between them.
    let middle: UnsafeRawBufferPointer

    init(prefix: Int, suffix: Int, middle: UnsafeRawBufferPointer) {
        self.prefix = prefix
        self.suffix = suffix
        self.middle = middle
    }

    /// What makes `new` of `old`; `middle` lies in `new`.
    init(from old: UnsafeRawBufferPointer, to new: UnsafeRawBufferPointer) {
        let shorter = min(old.count, new.count)
        prefix = Splice.common(old, new, limit: shorter)
        let rest = shorter - prefix
        suffix = Splice.common(old, new, fromEnd: rest)
        middle = UnsafeRawBufferPointer(rebasing: new[prefix..<(new.count - suffix)])
    }

    /// How many bytes two texts both begin with.
    static func commonPrefix(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
        common(a, b, limit: min(a.count, b.count))
    }

    /// Makes the new text of the old one; `false` where it cannot be one of its.
    func apply(to text: inout [UInt8]) -> Bool {
        guard prefix >= 0, suffix >= 0, prefix <= text.count, suffix <= text.count - prefix else { return false }
        text.replaceSubrange(prefix..<(text.count - suffix), with: middle)
        return true
    }

    /// How many bytes are the same from the beginning, eight at a time.
    private static func common(
        _ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer, limit: Int
    ) -> Int {
        var at = 0
        while at + 8 <= limit {
            let difference =
                a.loadUnaligned(fromByteOffset: at, as: UInt64.self).littleEndian
                ^ b.loadUnaligned(fromByteOffset: at, as: UInt64.self).littleEndian
            if difference != 0 { return at + difference.trailingZeroBitCount / 8 }
            at += 8
        }
        while at < limit, a[at] == b[at] { at += 1 }
        return at
    }

    /// How many bytes are the same from the end, at most `limit`.
    private static func common(
        _ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer, fromEnd limit: Int
    ) -> Int {
        var count = 0
        while count + 8 <= limit {
            let difference =
                a.loadUnaligned(fromByteOffset: a.count - count - 8, as: UInt64.self).littleEndian
                ^ b.loadUnaligned(fromByteOffset: b.count - count - 8, as: UInt64.self).littleEndian
            if difference != 0 { return count + difference.leadingZeroBitCount / 8 }
            count += 8
        }
        while count < limit, a[a.count - count - 1] == b[b.count - count - 1] { count += 1 }
        return count
    }
}
