// Programs for the tests: written into a folder, made executable, run for real.

import EventLog
import Foundation
import Logging
import Synchronization
import Testing

@testable import Reactors

/// What the tests' programs begin with.
enum Preamble {
    static let python = """
        #!/usr/bin/env python3
        import json, os, signal, sys, time
        def events():
            for line in iter(sys.stdin.readline, ""):
                yield json.loads(line)
        def say(**answer):
            print(json.dumps(answer), flush=True)
        def note(text):
            with open("notes", "a") as notes:
                notes.write(text + "\\n")

        """
    static let shell = "#!/bin/sh\n"
}

/// A folder with a program in it.
struct Workbench {
    let folder: String

    func python(_ body: String, _ change: (inout ProgramDefinition) -> Void = { _ in }) throws -> ProgramDefinition {
        try program(Preamble.python + body, change)
    }

    func shell(_ body: String, _ change: (inout ProgramDefinition) -> Void = { _ in }) throws -> ProgramDefinition {
        try program(Preamble.shell + body, change)
    }

    private func program(_ text: String, _ change: (inout ProgramDefinition) -> Void) throws -> ProgramDefinition {
        let path = folder + "/program"
        try overwrite(path + ".text", with: text + "\n")
        // By another process: what this one writes may still be open in a child that another test is just starting, and what
        // is open for writing cannot be executed.
        let install = ProgramDefinition(
            path: "/usr/bin/install", arguments: ["install", "-m", "755", path + ".text", path], folder: folder)
        let process = try ProgramProcess(install, environment: [])
        try #require(process.waitForEnd(.seconds(30)))
        try #require(process.reap().isSuccess)
        // However busy the machine, a program that does right is not ended for having been slow, or idle for long.
        let ample = ProgramDefinition.Limits(timeout: .seconds(240), idle: .seconds(240))
        var definition = ProgramDefinition(path: path, arguments: ["./program"], folder: folder, limits: ample)
        change(&definition)
        return definition
    }

    /// The lines that the program has noted.
    var notes: [String] {
        let text = (try? String(contentsOfFile: folder + "/notes", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    func host(
        _ environment: [String: String] = [:], patience: ProgramPatience = .ample, logger: Logger? = nil
    ) -> ProgramHost {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        var host = ProgramHost(
            data: folder + "/data", environment: environment.merging(["PATH": path]) { own, _ in own }, logger: logger)
        host.patience = patience
        return host
    }

    func runner(
        _ definition: ProgramDefinition, patience: ProgramPatience = .ample, logger: Logger? = nil
    ) -> ProgramRunner {
        host(patience: patience, logger: logger).runner(definition, as: .reactor, "r")
    }
}

/// A folder, and a program in it that is gone afterwards.
func withWorkbench<Value>(_ body: (Workbench) async throws -> Value) async throws -> Value {
    try await withFolder { folder in try await body(Workbench(folder: folder)) }
}

extension ProgramPatience {
    /// A program that leaves by itself is never killed for having been slow, however busy the machine.
    static let ample = {
        let minute = Stop(closed: .seconds(60), terminated: .seconds(60))
        return ProgramPatience(idle: minute, hurried: minute, afterOutput: .seconds(60))
    }()
}

extension ProgramRunner {
    /// Gives it an event that has nothing but an id.
    func ask(_ id: String) async -> Reply { await ask(Array(#"{"id":"\#(id)"}"#.utf8), id: id) }

    /// Asks once and stops the program.
    func askOnce(_ id: String = "1") async -> Reply {
        let reply = await ask(id)
        await release()
        return reply
    }
}

extension ProgramWorker.Reply {
    var reason: String? { if case .failed(let reason) = self { reason } else { nil } }
    static var done: Self { .answered(.done(events: [])) }
}

/// Whether there is such a process, other than one that has ended and waits to be asked how.
func isAlive(_ process: String) -> Bool {
    let status = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
    return !status.isEmpty && !status.contains(") Z ")
}

/// Keeps what is logged.
final class LogBook: Sendable {
    private let kept = Mutex<[(line: String, metadata: Logger.Metadata)]>([])
    var lines: [String] { kept.withLock { $0.map(\.line) } }

    /// What stands beside the first line of this text.
    func metadata(of line: String) -> [String: String]? {
        kept.withLock { $0.first { $0.line == line }?.metadata.mapValues { "\($0)" } }
    }

    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(book: self) }
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let book: LogBook
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
            book.kept.withLock { $0.append(("\(event.level): \(event.message)", all)) }
        }
    }
}
