// Items of pages that were read before, found again by their bytes.

import Glibc

/// An element that is an item's whole text, and what was read of it.
final class KnownItem<Made: Sendable>: Sendable {
    /// From its `<` to behind its last `>`.
    let bytes: [UInt8]
    let reading: SeriesReading<Made>

    init(bytes: [UInt8], reading: SeriesReading<Made>) {
        self.bytes = bytes
        self.reading = reading
    }
}

/// What one item came to, in the caller's form.
struct SeriesReading<Made: Sendable>: Sendable {
    /// Nil where its key was not found.
    var made: Made?
    var failures: [FieldFailure] = []
}

/// Known items by the bytes of their start tags.
struct KnownItems<Made: Sendable>: Sendable {
    /// The longest start tag that is looked at.
    private static var tagMax: Int { 4096 }

    private(set) var items: [KnownItem<Made>] = []
    private var places: [UInt64: [Int]] = [:]
    /// The bytes that follow the `<` of any of them.
    private var firstBytes = [Bool](repeating: false, count: 256)
    private(set) var byteCount = 0

    /// The item that the text continues with at `at`, which is a `<`. There is at most one: no element is the beginning of another.
    func find(in text: UnsafeRawBufferPointer, at: Int) -> Int? {
        guard at + 1 < text.count, firstBytes[Int(text[at + 1])], let hash = Self.hash(text, at),
            let candidates = places[hash], let base = text.baseAddress
        else { return nil }
        return candidates.first { candidate in
            let bytes = items[candidate].bytes
            guard bytes.count <= text.count - at else { return false }
            return bytes.withUnsafeBytes { known in
                known.baseAddress.map { memcmp(base + at, $0, known.count) == 0 } ?? false
            }
        }
    }

    /// Takes in items that are not known; those without a start tag of usual length never are.
    mutating func add(_ new: [KnownItem<Made>]) {
        for item in new {
            item.bytes.withUnsafeBytes { bytes in
                guard find(in: bytes, at: 0) == nil, bytes.count > 1, let hash = Self.hash(bytes, 0) else { return }
                places[hash, default: []].insert(items.count, at: 0)
                firstBytes[Int(bytes[1])] = true
                items.append(item)
                byteCount += bytes.count
            }
        }
    }

    /// FNV-1a over words, of the bytes up to the first `>`.
    private static func hash(_ text: UnsafeRawBufferPointer, _ at: Int) -> UInt64? {
        guard let base = text.baseAddress,
            let end = memchr(base + at, Int32(UInt8(ascii: ">")), min(tagMax, text.count - at))
        else { return nil }
        let tag = UnsafeRawBufferPointer(start: base + at, count: (base + at).distance(to: UnsafeRawPointer(end)))
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        var place = 0
        while place + 8 <= tag.count {
            hash = (hash ^ tag.loadUnaligned(fromByteOffset: place, as: UInt64.self)) &* 0x0000_0100_0000_01b3
            hash ^= hash >> 29
            place += 8
        }
        for byte in tag[place...] { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return hash ^ hash >> 32
    }
}
