// Small numbers for names (of elements, attributes, classes), so that selectors compare integers instead of texts.

/// Names by number, from 1 in the order in which they came. A page's table begins as a copy of the one that the selectors were compiled
/// with, so that the numbers in the selectors hold for it.
struct NameTable: Sendable {
    typealias ID = UInt32

    /// No name; what a text node has.
    static let none: ID = 0

    private var bytes: [UInt8] = []
    /// Where name number i + 1 ends in `bytes`; it begins where the one before ends.
    private var ends: [Int32] = []
    /// Open addressing; 0 is a free slot. Its size is a power of two and at least twice the number of names.
    private var slots = [ID](repeating: 0, count: 128)

    var count: Int { ends.count }

    /// Knows the names that the readers themselves look for.
    init() { self = NameTable.known }

    private static let known: NameTable = {
        var table = NameTable(empty: ())
        for name in KnownName.allCases { _ = table.intern(name.text) }
        return table
    }()

    /// Knows nothing.
    init(empty: Void) {}

    /// The number of `name`, nil where it is not known.
    func find(_ name: UnsafeBufferPointer<UInt8>) -> ID? {
        var slot = NameTable.hash(name) & (slots.count - 1)
        while slots[slot] != 0 {
            if equals(slots[slot], name) { return slots[slot] }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    subscript(id: ID) -> ArraySlice<UInt8> {
        guard id > 0 else { return [] }
        let start = id > 1 ? Int(ends[Int(id) - 2]) : 0
        return bytes[start..<Int(ends[Int(id) - 1])]
    }

    func text(_ id: ID) -> String { String(decoding: self[id], as: UTF8.self) }

    mutating func intern(_ name: String) -> ID {
        var name = name
        return name.withUTF8 { intern($0) }
    }

    /// The number of `name`, which is added where it is new.
    mutating func intern(_ name: UnsafeBufferPointer<UInt8>) -> ID {
        var slot = NameTable.hash(name) & (slots.count - 1)
        while slots[slot] != 0 {
            if equals(slots[slot], name) { return slots[slot] }
            slot = (slot + 1) & (slots.count - 1)
        }
        bytes.append(contentsOf: name)
        ends.append(Int32(bytes.count))
        let id = ID(ends.count)
        slots[slot] = id
        if ends.count * 2 > slots.count { grow() }
        return id
    }

    private func equals(_ id: ID, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = id > 1 ? Int(ends[Int(id) - 2]) : 0
        guard Int(ends[Int(id) - 1]) - start == name.count else { return false }
        for offset in 0..<name.count where bytes[start + offset] != name[offset] { return false }
        return true
    }

    private mutating func grow() {
        var larger = [ID](repeating: 0, count: slots.count * 2)
        for id in 1...ID(ends.count) {
            var slot = self[id].withUnsafeBufferPointer { NameTable.hash($0) } & (larger.count - 1)
            while larger[slot] != 0 { slot = (slot + 1) & (larger.count - 1) }
            larger[slot] = id
        }
        slots = larger
    }

    /// FNV-1a: names are short.
    private static func hash(_ name: UnsafeBufferPointer<UInt8>) -> Int {
        var hash: UInt32 = 2_166_136_261
        for byte in name { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return Int(truncatingIfNeeded: hash ^ (hash >> 15))
    }
}
