// CRC-32C (Castagnoli), which guards every byte of a block.

import CLinux

enum CRC32C {
    /// The checksum of all `parts` one after the other.
    static func checksum(_ parts: UnsafeRawBufferPointer...) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for part in parts {
            crc = hasInstruction ? daybook_crc32c(crc, part.baseAddress, part.count) : byTables(crc, part)
        }
        return crc ^ 0xFFFF_FFFF
    }

    private static let hasInstruction = daybook_has_crc32c() != 0

    /// Eight tables, so that eight bytes are taken in at a time ("slicing by eight", Kounavis and Berry).
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var crc = UInt32(byte)
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0x82F6_3B78 : 0) }
            tables[byte] = crc
        }
        for slice in 1..<8 {
            for byte in 0..<256 {
                let before = tables[(slice - 1) * 256 + byte]
                tables[slice * 256 + byte] = before >> 8 ^ tables[Int(before & 0xFF)]
            }
        }
        return tables
    }()

    /// For processors without the instruction.
    static func byTables(_ crc: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
        tables.withUnsafeBufferPointer { table in
            var crc = crc
            var at = 0
            while bytes.count - at >= 8 {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)) ^ UInt64(crc)
                crc = 0
                for slice in 0..<8 {
                    crc ^= table[(7 - slice) * 256 + Int(word >> UInt64(slice * 8) & 0xFF)]
                }
                at += 8
            }
            for byte in bytes[at...] { crc = crc >> 8 ^ table[Int((crc ^ UInt32(byte)) & 0xFF)] }
            return crc
        }
    }
}
