// The members of a canonical JSON object where they lie: what a comparison of two states needs, without making values of
// what did not change.

import Foundation

/// One pass over an object's top-level members. The text must be canonical, as an event's data is: no white space, members
/// in the order of their keys.
package struct CanonicalMembers {
    package struct Member {
        /// With its quotes and escapes.
        package let key: UnsafeRawBufferPointer
        package let value: UnsafeRawBufferPointer
    }

    private let bytes: UnsafeRawBufferPointer
    private var at = 1

    package init(_ object: UnsafeRawBufferPointer) throws(FoldError) {
        bytes = object
        guard object.count >= 2, object.first == UInt8(ascii: "{"), object.last == UInt8(ascii: "}") else {
            throw FoldError("its data is not a JSON object")
        }
    }

    package mutating func next() throws(FoldError) -> Member? {
        if at >= bytes.count - 1 { return nil }
        let key = try string()
        guard take(UInt8(ascii: ":")) else { throw notCanonical }
        let value = try value()
        guard take(UInt8(ascii: ",")) || at == bytes.count - 1 else { throw notCanonical }
        return Member(key: key, value: value)
    }

    /// Whether an object's members can be read one after the other: what every state must be before it is kept.
    static func check(_ object: UnsafeRawBufferPointer) throws(FoldError) {
        var members = try CanonicalMembers(object)
        while try members.next() != nil {}
    }

    private var notCanonical: FoldError { FoldError("its data is not canonical JSON at byte \(at)") }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard at < bytes.count, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    private mutating func string() throws(FoldError) -> UnsafeRawBufferPointer {
        let start = at
        guard take(UInt8(ascii: "\"")), let base = bytes.baseAddress else { throw notCanonical }
        while let quote = memchr(base + at, 0x22, bytes.count - at) {
            let end = base.distance(to: UnsafeRawPointer(quote))
            at = end + 1
            // A quote behind an odd number of backslashes is part of the text.
            var before = end
            while before > start + 1, bytes[before - 1] == UInt8(ascii: "\\") { before -= 1 }
            if (end - before) % 2 == 0 { return slice(from: start) }
        }
        throw notCanonical
    }

    /// A value of any kind: up to the comma or brace that ends it at this level.
    private mutating func value() throws(FoldError) -> UnsafeRawBufferPointer {
        let start = at
        var depth = 0
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                _ = try string()
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: ",") where depth == 0: return slice(from: start)
            case UInt8(ascii: "}") where depth == 0, UInt8(ascii: "]") where depth == 0: return slice(from: start)
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            at += 1
        }
        throw notCanonical
    }

    private func slice(from start: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[start..<min(at, bytes.count)])
    }
}
