import CanonicalJSON
import Foundation
import Synchronization

@testable import DaybookApp

/// The program that the tests were built with.
enum BuiltDaybook {
    static func program() throws -> URL {
        // The tests' own program lies beside it; under `swift test` that is a helper elsewhere, so the bundle counts.
        let products = Bundle.allBundles.map(\.bundleURL) + [Bundle.main.bundleURL]
        let folders = products.map { $0.pathExtension == "xctest" ? $0.deletingLastPathComponent() : $0 }
        let program = folders.map { $0.appending(path: "daybook") }.first {
            FileManager.default.isExecutableFile(atPath: $0.path())
        }
        guard let program else { throw Failure(.usage, "no daybook among \(folders.map { $0.path() })") }
        return program
    }
}

/// `daybook run` as a process of its own: the program that the tests were built with.
final class RunningDaybook: Sendable {
    /// What it says of itself, a JSON object a line.
    private let said: AsyncStream<JSON>
    private let ended: AsyncStream<Int32>
    let pid: Int32

    init(_ scratch: Scratch, environment: [String: String] = [:]) throws {
        let process = Process()
        let program = try BuiltDaybook.program()
        process.executableURL = program
        process.arguments = ["run", "--verbose", "--config", scratch.path("daybook.yaml")]
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        let (said, saying) = AsyncStream.makeStream(of: JSON.self)
        let (ended, ending) = AsyncStream.makeStream(of: Int32.self)
        (self.said, self.ended) = (said, ended)
        let splitter = Mutex(LineSplitter())
        errors.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            guard !data.isEmpty else {
                handle.readabilityHandler = nil
                return saying.finish()
            }
            let lines = splitter.withLock { $0.take(data) ?? [] }
            for line in lines {
                saying.yield((try? JSON.parse(line)) ?? .string(String(decoding: line, as: UTF8.self)))
            }
        }
        process.terminationHandler = {
            ending.yield($0.terminationStatus)
            ending.finish()
        }
        try process.run()
        pid = process.processIdentifier
    }

    deinit { kill(pid, SIGKILL) }

    /// The next thing it says that has these words in it.
    func says(_ words: String) async -> JSON? {
        for await line in said where line.canonicalText.contains(words) { return line }
        return nil
    }

    func send(_ signal: Int32) { kill(pid, signal) }

    /// Its exit status, or the number of the signal that ended it.
    func end() async -> Int32? {
        for await status in ended { return status }
        return nil
    }
}
