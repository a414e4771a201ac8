// Where commands write: standard output and standard error, or what a test hands in.

import Glibc
import Synchronization

/// The two places a command writes to, and what the person in front of them can see.
public final class Console: Sendable {
    /// Where the bytes go. `write(2)` in the program, a buffer in tests. Throws where they are not taken.
    typealias Sink = @Sendable ([UInt8]) throws(Failure) -> Void

    /// Standard output is a terminal: tables are drawn, and long lines cut to `width`.
    let isTerminal: Bool
    /// Standard error is a terminal: progress is shown there.
    let showsProgress: Bool
    /// Colours are wanted: a terminal, and no NO_COLOR (https://no-color.org).
    let isColoured: Bool
    /// Columns of the terminal.
    let width: Int
    /// The locale has no more than ASCII: pictures are drawn with that. Text is written as it is.
    let isASCII: Bool

    private let isPipeBroken: @Sendable () -> Bool
    private let output: Sink
    private let errors: Sink
    private let pending = Mutex<[UInt8]>([])
    private let loss = Mutex<Failure?>(nil)

    init(
        isTerminal: Bool = false, showsProgress: Bool = false, isColoured: Bool = false, width: Int = 120,
        isASCII: Bool = false, isReaderGone: @escaping @Sendable () -> Bool = { false }, output: @escaping Sink,
        errors: @escaping Sink
    ) {
        self.isTerminal = isTerminal
        self.showsProgress = showsProgress
        self.isColoured = isColoured
        self.width = width
        self.isASCII = isASCII
        isPipeBroken = isReaderGone
        self.output = output
        self.errors = errors
    }

    /// The console of the running command.
    @TaskLocal static var current = Console.standard()

    static func standard() -> Console {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let wantsColour = getenv("NO_COLOR").map { $0.pointee == 0 } ?? true
        return Console(
            isTerminal: isTerminal, showsProgress: isatty(STDERR_FILENO) == 1,
            isColoured: isTerminal && wantsColour, width: terminalWidth(), isASCII: !isUTF8(locale()),
            isReaderGone: isPipeBroken,
            output: { bytes throws(Failure) in try writeAll(bytes, to: STDOUT_FILENO) },
            errors: { bytes throws(Failure) in try writeAll(bytes, to: STDERR_FILENO) })
    }

    /// Whether nobody reads standard output any more, or it does not take anything.
    var isReaderGone: Bool { isPipeBroken() || lost != nil }

    /// Why standard output is not whole, where it is not. A command does all the same what it was asked to, and then ends with this.
    var lost: Failure? { loss.withLock { $0 } }

    /// One line on standard output. Lines are gathered and written together; `flush` writes what is left.
    func line(_ text: String) { bytes(Array((text + "\n").utf8)) }

    /// Bytes for standard output as they are.
    func bytes(_ bytes: [UInt8]) {
        let full = pending.withLock { pending -> [UInt8]? in
            pending += bytes
            guard pending.count >= 1 << 16 || isTerminal else { return nil }
            defer { pending.removeAll(keepingCapacity: true) }
            return pending
        }
        if let full { put(full) }
    }

    /// Writes out what has been gathered; called before a command waits and when it ends.
    func flush() {
        let rest = pending.withLock { pending in
            defer { pending = [] }
            return pending
        }
        if !rest.isEmpty { put(rest) }
    }

    /// Nothing follows what is missing.
    private func put(_ bytes: [UInt8]) {
        guard lost == nil else { return }
        do { try output(bytes) } catch { loss.withLock { $0 = error } }
    }

    /// One line on standard error, after everything said before it. What that does not take is nobody's to know.
    func error(_ text: String) {
        flush()
        try? errors(Array((text + "\n").utf8))
    }

    /// What the channel `terminal` says goes to standard output, in its place among the command's own lines.
    var telling: Telling {
        Telling(isColoured: isColoured) { [self] bytes in
            flush()
            try output(bytes)
        }
    }

    /// Where standard output is JSON for a program, the channel `terminal` speaks on standard error.
    var tellingOnErrors: Telling { Telling(isColoured: false, write: errors) }

    /// Text on standard error that the next one writes over (progress).
    func transient(_ text: String) {
        guard showsProgress else { return }
        try? errors(Array("\r\u{1b}[K\(text)".utf8))
    }

    /// A pipe says so without being written to.
    private static func isPipeBroken() -> Bool {
        var place = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return poll(&place, 1, 0) == 1 && place.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0
    }

    /// The first of the variables that is set decides (POSIX, 8.2); without any the locale is C.
    private static func locale() -> String {
        let names = ["LC_ALL", "LC_CTYPE", "LANG"]
        let values = names.compactMap { name in getenv(name).map { String(cString: $0) } }
        return values.first { !$0.isEmpty } ?? "C"
    }

    /// `de_DE.UTF-8`, `C.utf8`
    static func isUTF8(_ locale: String) -> Bool {
        let codeset = locale.split(separator: ".").dropFirst().first?.prefix { $0 != "@" } ?? ""
        return codeset.lowercased().filter { $0 != "-" } == "utf8"
    }

    private static func terminalWidth() -> Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 120 }
        return Int(size.ws_col)
    }

    /// A reader that went away (`daybook log export | head`) ends the program quietly, as it does for other tools.
    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            if written < 0 && errno == EPIPE { exit(0) }
            if written < 0 && errno == EAGAIN {
                // Somebody else has made the terminal or the pipe one that does not wait.
                var place = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&place, 1, -1)
                continue
            }
            guard written > 0 else {
                let reason = String(cString: strerror(errno))
                throw Failure(
                    .world, "standard output cannot be written: \(reason); what has been printed is not whole")
            }
            rest = rest.dropFirst(written)
        }
    }
}
