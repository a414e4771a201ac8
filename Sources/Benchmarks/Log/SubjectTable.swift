// A number for each subject, found by its bytes where they lie: no string is made but for a subject that is new.

import Foundation

struct SubjectTable {
    /// The high half of a subject's hash, and its number + 1; 0 where nothing is.
    private var slots: [UInt64]
    private var starts: [Int] = [0]
    private var bytes: [UInt8] = []

    init() { slots = [UInt64](repeating: 0, count: 1 << 12) }

    var count: Int { starts.count - 1 }

    func subject(_ number: Int) -> String {
        String(decoding: bytes[starts[number]..<starts[number + 1]], as: UTF8.self)
    }

    /// The subject's number: from 0, in the order in which subjects were first seen.
    mutating func number(of subject: UnsafeRawBufferPointer) -> Int {
        if count * 2 >= slots.count { grow() }
        let hash = Self.hash(subject)
        var place = Int(hash & UInt64(slots.count - 1))
        while slots[place] != 0 {
            let number = Int(slots[place] & 0xFFFF_FFFF) - 1
            if slots[place] >> 32 == hash >> 32, isSame(subject, number) { return number }
            place = (place + 1) & (slots.count - 1)
        }
        bytes += subject
        starts.append(bytes.count)
        slots[place] = (hash >> 32) << 32 | UInt64(count)
        return count - 1
    }

    private func isSame(_ subject: UnsafeRawBufferPointer, _ number: Int) -> Bool {
        let start = starts[number]
        guard starts[number + 1] - start == subject.count, let base = subject.baseAddress else { return false }
        return bytes.withUnsafeBytes { known in
            known.baseAddress.map { memcmp($0 + start, base, subject.count) == 0 } ?? false
        }
    }

    private mutating func grow() {
        slots = [UInt64](repeating: 0, count: slots.count * 2)
        for number in 0..<count {
            let hash = bytes.withUnsafeBytes {
                Self.hash(UnsafeRawBufferPointer(rebasing: $0[starts[number]..<starts[number + 1]]))
            }
            var place = Int(hash & UInt64(slots.count - 1))
            while slots[place] != 0 { place = (place + 1) & (slots.count - 1) }
            slots[place] = (hash >> 32) << 32 | UInt64(number + 1)
        }
    }

    private static func hash(_ subject: UnsafeRawBufferPointer) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(bytes: subject)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
