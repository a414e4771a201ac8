// What a program writes on standard error: bounded, without secrets, its last lines kept for the reason of a failure.

/// Takes bytes as they come and hands out whole lines, made harmless.
struct StandardError: Sendable {
    /// Bytes of a line that are kept; the rest of a longer one is dropped.
    static let lineMax = 1000
    /// Lines that are handed out for one event; the rest are counted.
    static let linesMax = 50

    private let mask: SecretMask
    private var line = Line()
    /// The last one that was not empty.
    private var lastLine: Line?
    private var handedOut = 0
    /// Lines that were not handed out since the last `reset`.
    private(set) var dropped = 0

    private struct Line {
        var bytes: [UInt8] = []
        var isCut = false
    }

    init(mask: SecretMask) { self.mask = mask }

    /// The last line that was not empty, as it may be shown.
    var last: String? { lastLine.map { Self.trimmed(shown($0)) } }

    /// What belongs to the event before no longer counts.
    mutating func reset() {
        lastLine = nil
        handedOut = 0
        dropped = 0
    }

    /// The lines that the bytes complete, as they may be shown.
    mutating func take(_ bytes: [UInt8]) -> [String] {
        var lines: [String] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            add(rest[..<end])
            if let line = complete() { lines.append(line) }
            rest = rest[(end + 1)...]
        }
        add(rest)
        return lines
    }

    /// The line that was not ended, once there is nothing more to come.
    mutating func end() -> String? { complete() }

    private mutating func add(_ bytes: ArraySlice<UInt8>) {
        let room = Self.lineMax - line.bytes.count
        line.bytes += bytes.prefix(room)
        if bytes.count > room { line.isCut = true }
    }

    private mutating func complete() -> String? {
        guard line.bytes.contains(where: { $0 > 0x20 }) else {
            line = Line()
            return nil
        }
        lastLine = line
        line = Line()
        guard handedOut < Self.linesMax else {
            dropped += 1
            return nil
        }
        handedOut += 1
        return lastLine.map(shown)
    }

    /// With its indentation, which says what belongs together, and without the spaces at its end.
    private func shown(_ line: Line) -> String {
        let text = String(decoding: mask.masked(line.bytes, isCut: line.isCut), as: UTF8.self)
        return Self.trimmedAtEnd(SafeText.visible(text)) + (line.isCut ? "…" : "")
    }

    /// Everything else that is invisible has been made visible by then.
    private static func trimmed(_ text: String) -> String { trimmedAtEnd(String(text.drop { $0 == " " })) }

    private static func trimmedAtEnd(_ text: String) -> String {
        String(text.reversed().drop { $0 == " " }.reversed())
    }
}
