// Tells on a terminal, or wherever standard output goes.

import Foundation
import Synchronization

/// Writes each message as a line or several; colours the first by kind, and those of a difference, where that is wanted.
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
        guard isColoured else { return text + "\n" }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        lines[0] = Self.coloured(lines[0], Self.colour(of: message.kind))
        for place in lines.indices.dropFirst() {
            lines[place] = Self.coloured(lines[place], Self.colour(ofLine: lines[place]))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func coloured(_ line: String, _ colour: Int?) -> String {
        colour.map { "\u{1B}[\($0)m\(line)\u{1B}[0m" } ?? line
    }

    /// Of the lines of a difference, those that went and came, and the places between them.
    private static func colour(ofLine line: String) -> Int? {
        switch line.prefix(2) {
        case "- ": 31
        case "+ ": 32
        case "@ ", "… ": 2
        default: nil
        }
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
