// Appends to a file, a line for each message; where a message has several, the others are indented.

import Foundation
import Synchronization

/// Appends a line and syncs it before saying that it is delivered.
///
/// A file cannot refuse what it has already: where the program dies between the line and its record in the log, the line
/// is there twice. As JSON Lines each line carries the key in `id`, by which a reader can tell.
public final class FileChannel: Channel {
    public enum Format: String, Sendable, CaseIterable { case text, json }

    public let form: MessageForm
    public let concurrency = 1
    private let path: String
    private let format: Format
    /// Two reactors may share the channel; lines never mix. Other processes are kept out by the file's own lock.
    private let turn = Mutex(())

    public init(path: String, format: Format = .text) {
        self.path = path
        self.format = format
        form = format == .json ? .cloudEvent : .text
    }

    public func deliver(_ message: RenderedMessage) async -> ChannelAnswer {
        let line = Array(line(for: message)) + [UInt8(ascii: "\n")]
        if let fault = turn.withLock({ _ in append(line) }) {
            return ChannelAnswer(.retry(after: nil, reason: "\(path) cannot be written: \(fault)"))
        }
        return ChannelAnswer(.done([]))
    }

    private func line(for message: RenderedMessage) -> [UInt8] {
        switch format {
        case .text:
            let text = SafeText.visible(String(decoding: message.body, as: UTF8.self), keepingLines: true)
                .split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n  ")
            return Array((message.isLate ? "(late, from \(message.time)) " : "").utf8) + Array(text.utf8)
        case .json: return CloudEventBody.bytes(message.body, isLate: message.isLate)
        }
    }

    /// The fault as text, or nil. All of the line gets there or none: what was written of it is cut off again.
    private func append(_ line: [UInt8]) -> String? {
        let file = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else { return fault() }
        defer { close(file) }
        guard flock(file, LOCK_EX) == 0 else { return fault() }
        let end = lseek(file, 0, SEEK_END)
        guard end >= 0 else { return fault() }
        // A line torn by a crash must not swallow this one.
        let whole = end > 0 && !endsWithNewline(file, end) ? [UInt8(ascii: "\n")] + line : line
        if writeAll(whole, to: file), fsync(file) == 0 { return nil }
        let fault = fault()
        ftruncate(file, end)
        return fault
    }

    private func endsWithNewline(_ file: Int32, _ end: off_t) -> Bool {
        var last: UInt8 = 0
        return pread(file, &last, 1, end - 1) == 1 && last == UInt8(ascii: "\n")
    }

    private func writeAll(_ bytes: [UInt8], to file: Int32) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let count = write(file, buffer.baseAddress?.advanced(by: written), buffer.count - written)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                written += count
            }
            return true
        }
    }

    private func fault() -> String { String(cString: strerror(errno)) }
}
