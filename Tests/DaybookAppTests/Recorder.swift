import Synchronization

@testable import DaybookApp

/// A console that keeps what is written to it.
final class Recorder: Sendable {
    private let written = Mutex<(output: [UInt8], errors: [UInt8])>(([], []))
    private let shape: (isTerminal: Bool, isColoured: Bool, width: Int)

    init(isTerminal: Bool = false, isColoured: Bool = false, width: Int = 100) {
        shape = (isTerminal, isColoured, width)
    }

    var console: Console {
        Console(
            isTerminal: shape.isTerminal, isColoured: shape.isColoured, width: shape.width,
            output: { [self] bytes in add(bytes) }, errors: { [self] bytes in add(error: bytes) })
    }

    func add(_ bytes: [UInt8]) { written.withLock { $0.output += bytes } }
    func add(error bytes: [UInt8]) { written.withLock { $0.errors += bytes } }

    var output: String { written.withLock { String(decoding: $0.output, as: UTF8.self) } }
    var errors: String { written.withLock { String(decoding: $0.errors, as: UTF8.self) } }
    var lines: [String] { output.split(separator: "\n").map(String.init) }
}

/// Between two looks at something outside that ends in its own time: a loop that only yields would keep a core busy, and on two
/// cores that starves what it waits for. Throws when the test has had its time.
func pause() async throws { try await Task.sleep(for: .milliseconds(2)) }
