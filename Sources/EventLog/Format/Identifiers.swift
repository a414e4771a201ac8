// What events are named by: the run they belong to, their number in it, and the stream they continue.

import Glibc

/// A run: one look, one command, one import. A UUID of version 7 (RFC 9562), so that runs sort by when they began.
public struct RunID: Hashable, Sendable, CustomStringConvertible {
    private let high: UInt64
    private let low: UInt64

    public static func make(at time: Timestamp = .now()) -> RunID {
        var random = SystemRandomNumberGenerator()
        let milliseconds = UInt64(max(0, time.millisecondsSinceEpoch)) & 0xFFFF_FFFF_FFFF
        let high = milliseconds << 16 | 0x7000 | random.next() & 0x0FFF
        return RunID(high: high, low: 0x8000_0000_0000_0000 | random.next() >> 2)
    }

    /// The run that one thing becomes whenever it is taken in: the same at the same time and of the same bytes, so that the log, in
    /// which ids are unique, has it once.
    public static func derived(from bytes: [UInt8], at time: Timestamp) -> RunID {
        let digest = Digest.sha256(bytes).bytes
        let words = [0, 8].map { at in digest[at..<at + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        let milliseconds = UInt64(max(0, time.millisecondsSinceEpoch)) & 0xFFFF_FFFF_FFFF
        return RunID(
            high: milliseconds << 16 | 0x7000 | words[0] & 0x0FFF, low: 0x8000_0000_0000_0000 | words[1] >> 2)
    }

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads the 36 characters of a UUID in lower case.
    public init?(_ text: String) {
        self.init(bytes: Array(text.utf8))
    }

    init?(bytes: some RandomAccessCollection<UInt8>) {
        guard bytes.count == 36 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        var nibbles = 0
        for (index, byte) in bytes.enumerated() {
            if [8, 13, 18, 23].contains(index) {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            let nibble: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): nibble = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): nibble = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            if nibbles < 16 { words.0 = words.0 << 4 | UInt64(nibble) } else { words.1 = words.1 << 4 | UInt64(nibble) }
            nibbles += 1
        }
        self.init(high: words.0, low: words.1)
    }

    public var description: String { String(decoding: utf8, as: UTF8.self) }

    /// When it began, by its id.
    public var began: Timestamp { Timestamp(millisecondsSinceEpoch: Int64(high >> 16)) }

    var utf8: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 36) { out, count in
            for index in 0..<32 {
                if index == 8 || index == 12 || index == 16 || index == 20 {
                    out[count] = UInt8(ascii: "-")
                    count += 1
                }
                let word = index < 16 ? high : low
                let nibble = UInt8(truncatingIfNeeded: word >> UInt64((15 - index % 16) * 4) & 15)
                out[count] = nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
                count += 1
            }
        }
    }

    /// 16 bytes, for tables.
    var bytes: [UInt8] {
        [high, low].flatMap { word in withUnsafeBytes(of: word.bigEndian) { Array($0) } }
    }
}

/// `RUN.N`: the N-th event of a run, from 1. Within a run numbers only grow, which keeps ids unique.
public struct EventID: Hashable, Sendable, CustomStringConvertible {
    public let run: RunID
    public let number: Int

    public init(run: RunID, number: Int) {
        self.run = run
        self.number = number
    }

    public init?(_ text: String) {
        self.init(bytes: Array(text.utf8))
    }

    init?(bytes: [UInt8]) {
        let id = bytes.withUnsafeBytes { EventID(bytes: $0) }
        guard let id else { return nil }
        self = id
    }

    init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 37, bytes.count <= 56, bytes[36] == UInt8(ascii: "."), bytes[37] != UInt8(ascii: "0"),
            let run = RunID(bytes: UnsafeRawBufferPointer(rebasing: bytes[..<36]))
        else { return nil }
        var number = 0
        for byte in bytes[37...] {
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            let (product, tooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, over) = product.addingReportingOverflow(Int(digit))
            guard !tooLarge, !over else { return nil }
            number = sum
        }
        self.init(run: run, number: number)
    }

    public var description: String { "\(run).\(number)" }
}

/// A stream: what is known of one subject, in one family of events. The family is an event type before its first dot.
///
/// Compared by bytes: Swift's own equality takes differently composed characters for the same, the world does not.
public struct StreamID: Hashable, Sendable, CustomStringConvertible {
    public let family: String
    public let subject: String
    /// Of both, worked out once: a stream is looked up in several tables on its way into the log, most of them under its lock.
    private let hash: Int

    public init(family: String, subject: String) {
        self.family = family
        self.subject = subject
        hash = Self.hash(family, subject)
    }

    /// The stream that an event of this type about this subject belongs to.
    public init(type: String, subject: String) {
        self.init(family: String(decoding: type.utf8.prefix { $0 != 0x2E }, as: UTF8.self), subject: subject)
    }

    public static func == (left: StreamID, right: StreamID) -> Bool {
        left.hash == right.hash && haveSameBytes(left.subject, right.subject)
            && haveSameBytes(left.family, right.family)
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(hash) }

    private static func hash(_ family: String, _ subject: String) -> Int {
        var hasher = Hasher()
        var subject = subject
        var family = family
        subject.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(0xFF as UInt8)
        family.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        return hasher.finalize()
    }

    public var description: String { "\(family) \(subject)" }
}

/// Whether two texts are the same UTF-8.
func haveSameBytes(_ left: String, _ right: String) -> Bool {
    let count = left.utf8.count
    guard count == right.utf8.count else { return false }
    let same = left.utf8.withContiguousStorageIfAvailable { left in
        right.utf8.withContiguousStorageIfAvailable { right -> Bool in
            guard let left = left.baseAddress, let right = right.baseAddress else { return true }
            return memcmp(left, right, count) == 0
        }
    }
    return (same ?? nil) ?? left.utf8.elementsEqual(right.utf8)
}

extension RunID {
    /// Stands for the run of an event whose id is not one of ours.
    static let nowhere = RunID(high: 0, low: 0)
}
