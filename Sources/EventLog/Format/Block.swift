// A block: one gzip member with our header in its extra field. What its bytes are, and how they are told from damage.

import CDeflate

/// What a block's header says.
struct BlockHeader: Sendable, Hashable {
    /// Sequence of the first event that starts in it, or, where none does, of the next one to start.
    var first: UInt64
    /// How many events start in it.
    var count: UInt32
    /// Whether a commit ends with it.
    var endsCommit: Bool
    /// All events before this one were known to be on disk when it was written.
    var durable: UInt64
    /// Of the whole member, in bytes.
    var size: Int
    /// Of its text, in bytes.
    var inflatedSize: Int

    /// Sequence of the first event that starts after it.
    var next: UInt64 { first + UInt64(count) }
}

enum BlockParse {
    case block(BlockHeader)
    /// A sealed segment's last member.
    case end(EndMember)
    /// What is there may be a block's beginning.
    case incomplete
    case invalid(StaticString)
}

/// The layout of a member:
///
///      0  1F 8B 08 04       gzip, deflate, with an extra field
///      4  00 00 00 00 00 FF MTIME, XFL, OS: fixed
///     10  23 00             length of the extra field, 35
///     12  42 43 02 00       "BC", 2 bytes: BGZF's
///     16  u16               size of the member - 1
///     18  44 42 19 00       "DB", 25 bytes: ours
///     22  u64 first, u32 count, u8 flags, u64 durable, u32 CRC-32C of every other byte of the member
///     47  deflate stream
///     -8  u32 CRC-32 of the text, u32 its length
enum Block {
    static let headerSize = 47
    static let trailerSize = 8
    /// Before text that is stored and not deflated.
    static let storedHeadSize = 5
    /// BGZF: a member's size fits 16 bits.
    static let sizeMax = 65_536
    /// BGZF: text that even stored uncompressed makes no larger member.
    static let inflatedMax = 65_280

    /// Nothing is wrong with such a block: whoever wrote it knew more.
    static let unknownFlags: StaticString = "the block has flags that this version does not know"

    static let checksumAt = 43
    private static let extraSize: UInt8 = 35
    static let fixedHead: [UInt8] = [
        0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, extraSize, 0, UInt8(ascii: "B"), UInt8(ascii: "C"), 2, 0,
    ]
    static let fixedEndHead: [UInt8] = Array(fixedHead[..<10] + [EndMember.extraSize] + fixedHead[11...])
    static let ourTag: [UInt8] = [UInt8(ascii: "D"), UInt8(ascii: "B"), 25, 0]

    /// Looks for a block, or a segment's end member, at the start of `bytes` and checks every byte of it by its CRC-32C.
    static func parse(_ bytes: UnsafeRawBufferPointer) -> BlockParse {
        let fixed = min(bytes.count, fixedHead.count)
        let isEnd = bytes.count > 10 && bytes[10] == EndMember.extraSize
        guard bytes[..<fixed].elementsEqual((isEnd ? fixedEndHead : fixedHead)[..<fixed]) else {
            return .invalid("no block starts here")
        }
        guard bytes.count >= headerSize else { return .incomplete }
        guard bytes[18..<22].elementsEqual(ourTag) else { return .invalid("the block's header lacks its DB field") }
        let size = Int(u16(bytes, 16)) + 1
        guard size > headerSize + trailerSize else { return .invalid("the block's size is impossible") }
        guard bytes.count >= size else { return .incomplete }
        let member = UnsafeRawBufferPointer(rebasing: bytes[..<size])
        let checksum = CRC32C.checksum(
            UnsafeRawBufferPointer(rebasing: member[..<checksumAt]),
            UnsafeRawBufferPointer(rebasing: member[headerSize...]))
        guard checksum == u32(member, checksumAt) else { return .invalid("the block's CRC-32C does not match") }
        if isEnd {
            guard let end = EndMember(checked: member) else { return .invalid("the end member contradicts itself") }
            return .end(end)
        }
        let flags = member[34]
        let header = BlockHeader(
            first: u64(member, 22), count: u32(member, 30), endsCommit: flags & 1 == 1, durable: u64(member, 35),
            size: size, inflatedSize: Int(u32(member, size - 4)))
        guard flags <= 1 else { return .invalid(unknownFlags) }
        guard (1...inflatedMax).contains(header.inflatedSize), header.count <= inflatedMax,
            header.first < 1 << 62, header.durable <= header.first
        else { return .invalid("the block's numbers contradict one another") }
        return .block(header)
    }

    /// The gzip CRC-32 of the text, as the member's trailer has it.
    static func gzipChecksum(_ member: UnsafeRawBufferPointer) -> UInt32 { u32(member, member.count - 8) }

    static func u16(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> UInt16 {
        UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt16.self))
    }

    static func u32(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> UInt32 {
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))
    }

    static func u64(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
    }
}

/// What goes into a member beside its text.
struct MemberHead: Sendable, Hashable {
    var first: UInt64
    var count: Int
    var endsCommit: Bool
    var durable: UInt64
}

extension Block {
    /// How large the member is that holds so much text as it is.
    static func storedSize(_ text: Int) -> Int { headerSize + storedHeadSize + text + trailerSize }

    /// Fills `member`, of just that size, with `text` (1 to 65,280 bytes): one stored block, the last one (RFC 1951, 3.2.4).
    static func store(_ text: UnsafeRawBufferPointer, _ head: MemberHead, into member: UnsafeMutableRawBufferPointer) {
        let length = UInt16(text.count)
        put(1 as UInt8, headerSize, member)
        put(length, headerSize + 1, member)
        put(~length, headerSize + 3, member)
        UnsafeMutableRawBufferPointer(rebasing: member[(headerSize + storedHeadSize)...]).copyMemory(from: text)
        complete(member, head, text)
    }

    /// Writes all but the deflate stream, which is there.
    fileprivate static func complete(
        _ member: UnsafeMutableRawBufferPointer, _ head: MemberHead, _ text: UnsafeRawBufferPointer
    ) {
        precondition(member.count <= sizeMax, "a block of 65,280 bytes of text fits a BGZF member")
        let trailer = member.count - trailerSize
        put(libdeflate_crc32(0, text.baseAddress, text.count), trailer, member)
        put(UInt32(text.count), trailer + 4, member)
        member.copyBytes(from: fixedHead)
        put(UInt16(member.count - 1), 16, member)
        UnsafeMutableRawBufferPointer(rebasing: member[18...]).copyBytes(from: ourTag)
        put(head.first, 22, member)
        put(UInt32(head.count), 30, member)
        put(head.endsCommit ? 1 as UInt8 : 0, 34, member)
        put(head.durable, 35, member)
        let checksum = CRC32C.checksum(
            UnsafeRawBufferPointer(rebasing: member[..<checksumAt]),
            UnsafeRawBufferPointer(rebasing: member[headerSize...]))
        put(checksum, checksumAt, member)
    }

    private static func put<Value: FixedWidthInteger & BitwiseCopyable>(
        _ value: Value, _ place: Int, _ member: UnsafeMutableRawBufferPointer
    ) {
        member.storeBytes(of: value.littleEndian, toByteOffset: place, as: Value.self)
    }
}

/// Makes deflated members. Keeps a compressor's tables, so one is best used again; not for two threads at once.
final class BlockWriter {
    private let compressor: OpaquePointer?
    private let member = UnsafeMutableRawBufferPointer.allocate(byteCount: Block.sizeMax, alignment: 16)

    /// Level 6 of libdeflate: what is appended is written once and read often.
    init(level: Int32 = 6) { compressor = libdeflate_alloc_compressor(level) }

    deinit {
        libdeflate_free_compressor(compressor)
        member.deallocate()
    }

    /// Appends the member that holds `text` (1 to 65,280 bytes).
    func write(
        _ text: UnsafeRawBufferPointer, first: UInt64, count: Int, endsCommit: Bool, durable: UInt64,
        into out: inout [UInt8]
    ) {
        precondition((1...Block.inflatedMax).contains(text.count), "a block's text has 1 to 65,280 bytes")
        let head = MemberHead(first: first, count: count, endsCommit: endsCommit, durable: durable)
        let body = UnsafeMutableRawBufferPointer(rebasing: member[Block.headerSize...].dropLast(Block.trailerSize))
        let packed = libdeflate_deflate_compress(
            compressor, text.baseAddress, text.count, body.baseAddress, body.count)
        precondition(packed > 0, "a block of 65,280 bytes of text fits a BGZF member")
        let size = Block.headerSize + packed + Block.trailerSize
        let whole = UnsafeMutableRawBufferPointer(rebasing: member[..<size])
        Block.complete(whole, head, text)
        out += UnsafeRawBufferPointer(whole)
    }

    static func append(_ value: some FixedWidthInteger, to out: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { out.append(contentsOf: $0) }
    }
}

/// Inflates members. Keeps a decompressor's tables; not for two threads at once.
final class BlockInflater {
    private let decompressor: OpaquePointer?

    init() { decompressor = libdeflate_alloc_decompressor() }

    deinit { libdeflate_free_decompressor(decompressor) }

    /// Fills `text`, whose size is the block's inflated size. False where the deflate stream does not say just that.
    func inflate(_ member: UnsafeRawBufferPointer, into text: UnsafeMutableRawBufferPointer) -> Bool {
        guard let base = member.baseAddress, member.count > Block.headerSize + Block.trailerSize else { return false }
        let size = member.count - Block.headerSize - Block.trailerSize
        var taken = 0
        let result = libdeflate_deflate_decompress_ex(
            decompressor, base + Block.headerSize, size, text.baseAddress, text.count, &taken, nil)
        return result == LIBDEFLATE_SUCCESS && taken == size
    }

    /// Whether the text has the CRC-32 that the member's trailer gives.
    static func checksumHolds(_ member: UnsafeRawBufferPointer, _ text: UnsafeRawBufferPointer) -> Bool {
        libdeflate_crc32(0, text.baseAddress, text.count) == Block.gzipChecksum(member)
    }
}
