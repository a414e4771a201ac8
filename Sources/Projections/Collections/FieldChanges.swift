// Which fields differ between two states, old and new, as canonical JSON: made by merging the two objects' members as they
// lie, since equal values have equal bytes.

import CanonicalJSON
import Foundation

enum FieldChanges {
    static let none = Array("[]".utf8)

    /// `[{"field":…,"new":…,"old":…},…]` in the order of the fields' names; `old` is missing where a field came, `new` where
    /// it went. Both states must be canonical JSON objects.
    static func between(_ old: UnsafeRawBufferPointer, _ new: UnsafeRawBufferPointer) throws(FoldError) -> [UInt8] {
        var olds = try CanonicalMembers(old)
        var news = try CanonicalMembers(new)
        var left = try olds.next()
        var right = try news.next()
        var list = ChangeList()
        while left != nil || right != nil {
            let order = try order(left?.key, right?.key)
            if order == 0, let old = left, let new = right, !equal(old.value, new.value) {
                list.add(field: new.key, old: old.value, new: new.value)
            }
            if order < 0, let old = left { list.add(field: old.key, old: old.value, new: nil) }
            if order > 0, let new = right { list.add(field: new.key, old: nil, new: new.value) }
            if order <= 0 { left = try olds.next() }
            if order >= 0 { right = try news.next() }
        }
        return list.finished
    }

    static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        guard let a = left.baseAddress, let b = right.baseAddress else { return true }
        return memcmp(a, b, left.count) == 0
    }

    /// Negative when the left key comes first; a missing key comes after every other.
    private static func order(
        _ left: UnsafeRawBufferPointer?, _ right: UnsafeRawBufferPointer?
    ) throws(FoldError) -> Int {
        guard let left else { return 1 }
        guard let right else { return -1 }
        let escape = UInt8(ascii: "\\")
        guard left.contains(escape) || right.contains(escape) else {
            return compare(left.dropFirst().dropLast(), right.dropFirst().dropLast())
        }
        // An escape stands for another byte than its own, so these are compared as what they mean.
        return compare(try text(left), try text(right))
    }

    private static func text(_ key: UnsafeRawBufferPointer) throws(FoldError) -> [UInt8] {
        guard case .string(let text)? = try? JSON.parse(key) else { throw FoldError("a field's name is not JSON") }
        return Array(text.utf8)
    }

    private static func compare(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Int {
        if left.elementsEqual(right) { return 0 }
        return left.lexicographicallyPrecedes(right) ? -1 : 1
    }
}

/// A JSON array of changes being written.
private struct ChangeList {
    private var bytes = [UInt8(ascii: "[")]

    mutating func add(field: UnsafeRawBufferPointer, old: UnsafeRawBufferPointer?, new: UnsafeRawBufferPointer?) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes += #"{"field":"#.utf8
        bytes += field
        if let new {
            bytes += #","new":"#.utf8
            bytes += new
        }
        if let old {
            bytes += #","old":"#.utf8
            bytes += old
        }
        bytes.append(UInt8(ascii: "}"))
    }

    var finished: [UInt8] { bytes + [UInt8(ascii: "]")] }
}
