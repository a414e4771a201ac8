// A program's standard output as lines, under a bound.

/// Takes bytes as they come and finds the answer in them. Blank lines are passed over: they say nothing.
struct AnswerLines: Sendable {
    /// More than any answer may be long, blank lines before it included.
    struct Flood: Error {}

    private var buffer: [UInt8] = []
    /// Where what has not been taken as a line begins.
    private var start = 0
    /// Where the search for a line's end goes on.
    private var searched = 0
    /// Bytes since the last event was asked.
    private var count = 0

    /// What has not been taken as a line: more than was asked, or the beginning of something.
    var rest: [UInt8] { Array(buffer[start...]) }

    /// Whether there is nothing but blanks that nobody asked for.
    var isBlank: Bool { buffer[start...].allSatisfy(Self.isBlank) }

    /// A new event is asked.
    mutating func reset() {
        buffer.removeAll(keepingCapacity: buffer.capacity <= 1 << 16)
        (start, searched, count) = (0, 0, 0)
    }

    mutating func take(_ bytes: [UInt8]) throws(Flood) {
        let room = ProgramDefinition.Limits.outputMax - count
        count += bytes.count
        buffer += bytes.prefix(max(0, room))
        if bytes.count > room { throw Flood() }
    }

    /// The next line that is not blank, without its end; nil while there is none.
    mutating func next() -> [UInt8]? {
        while let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = buffer[start..<end]
            (start, searched) = (end + 1, end + 1)
            if !line.allSatisfy(Self.isBlank) { return Array(line) }
        }
        searched = buffer.count
        return nil
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
