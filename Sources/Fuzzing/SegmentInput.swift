// From a fuzzer's bytes to segments. Random bytes never have a checksum that is right, so besides the bytes themselves there are
// the same with their checksums mended, and segments built from a recipe.

#if DEBUG

import CDeflate

@testable import EventLog

enum SegmentInput {
    /// What to read instead of the bytes: themselves and mended, where they begin as a block does, else what they are a recipe for.
    static func segments(from input: UnsafeRawBufferPointer) -> [[UInt8]] {
        guard input.first == 0x1F else { return [made(from: input)] }
        let mended = mended(input)
        return mended.elementsEqual(input) ? [mended] : [Array(input), mended]
    }

    /// With the CRC-32C right wherever something has a block's size, and gzip's fields where it inflates.
    static func mended(_ input: UnsafeRawBufferPointer) -> [UInt8] {
        var bytes = Array(input)
        var place = 0
        while place + Block.headerSize + Block.trailerSize < bytes.count {
            let size = Int(bytes[place + 16]) + Int(bytes[place + 17]) << 8 + 1
            guard bytes[place] == 0x1F, bytes[place + 1] == 0x8B, size > Block.headerSize + Block.trailerSize,
                place + size <= bytes.count
            else {
                place += 1
                continue
            }
            bytes.withUnsafeMutableBytes {
                mend(UnsafeMutableRawBufferPointer(rebasing: $0[place..<place + size]))
            }
            place += size
        }
        return bytes
    }

    private static func mend(_ member: UnsafeMutableRawBufferPointer) {
        let stream = UnsafeRawBufferPointer(member)[Block.headerSize..<member.count - Block.trailerSize]
        if let text = inflated(UnsafeRawBufferPointer(rebasing: stream)) {
            let checksum = text.withUnsafeBytes { libdeflate_crc32(0, $0.baseAddress, $0.count) }
            member.storeBytes(of: checksum.littleEndian, toByteOffset: member.count - 8, as: UInt32.self)
            member.storeBytes(
                of: UInt32(text.count).littleEndian, toByteOffset: member.count - 4, as: UInt32.self)
        }
        let checksum = CRC32C.checksum(
            UnsafeRawBufferPointer(rebasing: member[..<43]), UnsafeRawBufferPointer(rebasing: member[47...]))
        member.storeBytes(of: checksum.littleEndian, toByteOffset: 43, as: UInt32.self)
    }

    /// Whatever the stream holds, where that is no more than a block may and all of the stream.
    static func inflated(_ stream: UnsafeRawBufferPointer) -> [UInt8]? {
        let decompressor = libdeflate_alloc_decompressor()
        defer { libdeflate_free_decompressor(decompressor) }
        var isWhole = false
        let text = [UInt8](unsafeUninitializedCapacity: Block.inflatedMax) { buffer, count in
            var taken = 0
            let result = libdeflate_deflate_decompress_ex(
                decompressor, stream.baseAddress, stream.count, buffer.baseAddress, buffer.count, &taken, &count)
            isWhole = result == LIBDEFLATE_SUCCESS && taken == stream.count
            if !isWhole { count = 0 }
        }
        return isWhole ? text : nil
    }

    /// The recipe: how many blocks (one byte); for each its length (two bytes), its flag, and by how much its count, first sequence
    /// and durable end are off what its text asks for; then the text.
    static func made(from recipe: UnsafeRawBufferPointer) -> [UInt8] {
        guard let blocks = recipe.first.map({ Int($0 % 8) + 1 }), recipe.count > 1 + 6 * blocks else { return [] }
        let text = recipe[(1 + 6 * blocks)...]
        let writer = BlockWriter(level: 1)
        var out: [UInt8] = []
        var place = text.startIndex
        var first = 0
        var isLineStart = true
        for block in 0..<blocks where place < text.endIndex {
            let note = recipe[(1 + 6 * block)...]
            let at = note.startIndex
            let length = Int(note[at]) + Int(note[at + 1]) << 8
            let end = min(place + min(max(1, length), Block.inflatedMax), text.endIndex)
            let part = UnsafeRawBufferPointer(rebasing: text[place..<end])
            let starts = (isLineStart ? 1 : 0) + part.dropLast().reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) }
            let sequence = max(0, first + Int(Int8(bitPattern: note[at + 4])))
            writer.write(
                part, first: UInt64(sequence), count: max(0, starts + Int(Int8(bitPattern: note[at + 3]))),
                endsCommit: note[at + 2] & 1 == 1, durable: UInt64(max(0, sequence - Int(note[at + 5]))), into: &out)
            first = sequence + starts
            isLineStart = part.last == 0x0A
            place = end
        }
        return out
    }
}

#endif
