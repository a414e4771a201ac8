// Tells on a terminal, or wherever standard output goes.

import Foundation
import Synchronization

/// Writes each message as a line; colours by kind where that is wanted.
public final class TerminalChannel: Channel {
    public let form = MessageForm.text
    public let concurrency = 1
    private let isColoured: Bool
    private let write: Mutex<@Sendable ([UInt8]) throws -> Void>

    /// `write` gets whole lines, one call after the other.
    public init(isColoured: Bool, write: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.isColoured = isColoured
        self.write = Mutex(write)
    }

    /// Standard output; coloured on a terminal unless NO_COLOR (https://no-color.org) is set to anything.
    public convenience init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        let isColoured = isatty(STDOUT_FILENO) == 1 && environment["NO_COLOR", default: ""].isEmpty
        self.init(isColoured: isColoured) { try FileHandle.standardOutput.write(contentsOf: Data($0)) }
    }

    public func deliver(_ message: RenderedMessage) async -> ChannelAnswer {
        let line = line(for: message)
        do {
            try write.withLock { try $0(Array(line.utf8)) }
            return ChannelAnswer(.done([]))
        } catch {
            return ChannelAnswer(
                .retry(after: nil, reason: "the terminal does not take the line: \(error.localizedDescription)"))
        }
    }

    private func line(for message: RenderedMessage) -> String {
        // Once more, because a template can put text in unescaped ({{{…}}}).
        var text = SafeText.visible(String(decoding: message.body, as: UTF8.self), keepingLines: true)
        if message.isLate { text = "(late, from \(message.time)) " + text }
        guard isColoured, let colour = Self.colour(of: message.kind) else { return text + "\n" }
        return "\u{1B}[\(colour)m\(text)\u{1B}[0m\n"
    }

    private static func colour(of kind: String) -> Int? {
        switch kind.split(separator: ".").last {
        case "added", "returned", "recovered": 32
        case "updated": 33
        case "withdrawn", "failed", "suspect": 31
        default: nil
        }
    }
}
