// Lines from a file or standard input, without holding more than one and a buffer.

import Glibc

/// Reads lines as bytes. A line longer than any event may be is refused rather than gathered.
package final class LineReader {
    /// Twice the event's limit: a foreign writer may have spaced its JSON out.
    package static let lineBytesMax = 2 << 20

    private let path: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var at = 0
    private var isAtEnd = false

    /// - Parameter path: `-` for standard input.
    package init(path: String) throws(ImportError) {
        self.path = path
        descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw .unopenable(path: path, reason: String(cString: strerror(errno))) }
    }

    deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

    /// The next line without its newline; `nil` at the end. A last line without a newline counts.
    package func next() throws(ImportError) -> [UInt8]? {
        var searched = at
        while true {
            if let newline = buffer[searched...].firstIndex(of: 0x0A) {
                defer { at = newline + 1 }
                return Array(buffer[at..<newline])
            }
            if isAtEnd {
                guard at < buffer.count else { return nil }
                defer { at = buffer.count }
                return Array(buffer[at...])
            }
            guard buffer.count - at <= LineReader.lineBytesMax else { throw .lineTooLong(path: path) }
            searched = try fill()
        }
    }

    /// Reads more behind what is left; the place where the new bytes begin.
    private func fill() throws(ImportError) -> Int {
        buffer.removeFirst(at)
        at = 0
        let kept = buffer.count
        var failure: Int32?
        let piece = [UInt8](unsafeUninitializedCapacity: 1 << 16) { piece, count in
            repeat { count = read(descriptor, piece.baseAddress, piece.count) } while count < 0 && errno == EINTR
            if count < 0 { (count, failure) = (0, errno) }
        }
        if let failure { throw .unreadable(path: path, reason: String(cString: strerror(failure))) }
        isAtEnd = piece.isEmpty
        buffer += piece
        return kept
    }
}
