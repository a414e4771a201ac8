// A program's standard output as lines, under a bound.

/// Takes bytes as they come and finds the answer in them. Blank lines are passed over: they say nothing.
struct AnswerLines: Sendable {
    /// More than any answer may be long, blank lines before it included.
    struct Flood: Error {}

    private var buffer: [UInt8] = []
    /// Bytes since the last event was asked.
    private var count = 0
    /// Where the search for a line's end goes on.
    private var searched = 0

    /// What has not been taken as a line: more than was asked, or the beginning of something.
    var rest: [UInt8] { buffer }

    /// Whether there is anything but blanks that nobody asked for.
    var isBlank: Bool { buffer.allSatisfy(Self.isBlank) }

    /// A new event is asked.
    mutating func reset() {
        buffer.removeAll(keepingCapacity: buffer.capacity <= 1 << 16)
        count = 0
        searched = 0
    }

    mutating func take(_ bytes: [UInt8]) throws(Flood) {
        count += bytes.count
        guard count <= ProgramDefinition.Limits.outputMax else {
            buffer += bytes.prefix(max(0, 1000 - buffer.count))
            throw Flood()
        }
        buffer += bytes
    }

    /// The next line that is not blank, without its end; nil while there is none.
    mutating func next() -> [UInt8]? {
        while let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = Array(buffer[..<end])
            buffer.removeFirst(end + 1)
            searched = 0
            if !line.allSatisfy(Self.isBlank) { return line }
        }
        searched = buffer.count
        return nil
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
