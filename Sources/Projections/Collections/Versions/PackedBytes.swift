// Numbers and texts one behind the other in a row's bytes: small numbers take one byte.

import GRDBSQLite

/// Writes them.
struct PackedWriter {
    private(set) var bytes: [UInt8]

    init(_ bytes: [UInt8] = []) { self.bytes = bytes }

    /// Seven bits a byte, the lowest first, the eighth says that more follow (LEB128).
    mutating func add(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Numbers near 0 are short, whatever their sign.
    mutating func add(signed number: Int64) { add(UInt64(bitPattern: number << 1 ^ number >> 63)) }

    mutating func add(_ text: UnsafeRawBufferPointer) {
        add(UInt64(text.count))
        bytes += text
    }

    mutating func add(byte: UInt8) { bytes.append(byte) }
    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
}

/// Reads them where they lie.
struct PackedReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var place = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { place >= bytes.count }

    mutating func byte() throws(SQLiteError) -> UInt8 {
        guard place < bytes.count else { throw Self.damage }
        defer { place += 1 }
        return bytes[place]
    }

    mutating func number() throws(SQLiteError) -> UInt64 {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64 {
            let byte = try byte()
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return number }
            shift += 7
        }
        throw Self.damage
    }

    mutating func signed() throws(SQLiteError) -> Int64 {
        let number = try number()
        return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
    }

    mutating func count() throws(SQLiteError) -> Int { Int(clamping: try number()) }

    mutating func text() throws(SQLiteError) -> UnsafeRawBufferPointer {
        let count = try count()
        guard count <= bytes.count - place else { throw Self.damage }
        defer { place += count }
        return UnsafeRawBufferPointer(rebasing: bytes[place..<place + count])
    }

    static var damage: SQLiteError {
        SQLiteError(code: SQLITE_CORRUPT, message: "a row's packed bytes are not as they were written", sql: nil)
    }
}
