// The last member of a sealed segment: a gzip member without text that says what the segment holds and that nothing follows.

/// The layout of an end member, 147 bytes. Up to the CRC-32C it is that of a block; its last 28 bytes are BGZF's end-of-file
/// marker, byte for byte, which htslib looks for where a file ends.
///
///      0  1F 8B 08 04 … FF  as a block's
///     10  7D 00             length of the extra field, 125
///     12  "BC", 2 bytes     size of the member - 1, which is 146
///     18  "DB", 25 bytes    first and durable: the segment's end; count 0; flags 2; CRC-32C
///     47  "DE", 86 bytes    u32 count; i64 earliest and latest time, i64 first and last recorded, in milliseconds since 1970;
///                           the Merkle root, 32 bytes; the 18 bytes with which BGZF's marker begins
///    137  03 00             deflate's way to say nothing
///    139  00 × 8            CRC-32 and length of no text
struct EndMember: Sendable, Hashable {
    static let size = 147

    /// The first sequence after the segment.
    var end: UInt64
    var summary: SegmentSummary

    static let flag: UInt8 = 2
    static let extraSize: UInt8 = 125
    private static let summaryAt = 51
    private static let marker: [UInt8] = [
        0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 6, 0, UInt8(ascii: "B"), UInt8(ascii: "C"), 2, 0, 0x1B, 0,
        3, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]
    private static let summaryTag: [UInt8] = [UInt8(ascii: "D"), UInt8(ascii: "E"), 86, 0]

    var bytes: [UInt8] {
        var out = Block.fixedEndHead
        BlockWriter.append(UInt16(Self.size - 1), to: &out)
        out += Block.ourTag
        BlockWriter.append(end, to: &out)
        BlockWriter.append(UInt32(0), to: &out)
        out.append(Self.flag)
        BlockWriter.append(end, to: &out)
        let head = out
        out = Self.summaryTag
        BlockWriter.append(summary.count, to: &out)
        for time in [summary.earliest, summary.latest, summary.firstRecorded, summary.lastRecorded] {
            BlockWriter.append(time.millisecondsSinceEpoch, to: &out)
        }
        out += summary.root.bytes
        out += Self.marker
        let checksum = head.withUnsafeBytes { head in out.withUnsafeBytes { CRC32C.checksum(head, $0) } }
        return head + withUnsafeBytes(of: checksum.littleEndian) { Array($0) } + out
    }

    /// `member` is an end member's size and has its CRC-32C checked already.
    init?(checked member: UnsafeRawBufferPointer) {
        guard member.count == Self.size, member[34] == Self.flag, Block.u32(member, 30) == 0,
            member[47..<Self.summaryAt].elementsEqual(Self.summaryTag),
            member[(Self.size - Self.marker.count)...].elementsEqual(Self.marker),
            Block.u64(member, 22) == Block.u64(member, 35), let root = Digest(bytes: member[87..<119])
        else { return nil }
        func time(_ index: Int) -> Timestamp {
            Timestamp(millisecondsSinceEpoch: Int64(bitPattern: Block.u64(member, 55 + 8 * index)))
        }
        end = Block.u64(member, 22)
        summary = SegmentSummary(
            count: Block.u32(member, Self.summaryAt), earliest: time(0), latest: time(1), firstRecorded: time(2),
            lastRecorded: time(3), root: root)
    }

    init(end: UInt64, summary: SegmentSummary) {
        self.end = end
        self.summary = summary
    }
}
