// A log into which histories are imported.

import CanonicalJSON
import EventLog
import Extraction
import Foundation
import Observations
import Synchronization
import Testing

@testable import Ingestors

final class Past: Sendable {
    let folder: String
    let log: EventLog

    init() throws {
        folder = NSTemporaryDirectory() + "past-\(UUID().uuidString)"
        log = try EventLog.open(folder, create: true)
    }

    deinit {
        log.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// The watch `w`, whose items are `li`, key `@id`, field `is`.
    static func watch(_ expect: Ingestors.Expectation = Ingestors.Expectation()) throws -> WatchDefinition {
        WatchDefinition(
            name: "w", kind: .items, fetch: .init(url: "https://x.test/shelf"),
            rules: try ItemRules(items: "li", key: "@id", fields: [("is", FieldRule("b"))]), expect: expect)
    }

    /// Imports `path` as the command does, so many runs a commit.
    ///
    /// - Parameter stop: stopped after so many versions.
    @discardableResult
    func take(
        _ repository: Repository, path: String = "shelf.xml", _ definition: WatchDefinition? = nil, runsAtOnce: Int = 3,
        stop: Int = .max
    ) async throws -> ImportReport {
        let definition = try definition ?? Past.watch()
        // The folder goes with its last user.
        return try await GitRepository.open(repository.folder) { [log, repository] opened in
            defer { withExtendedLifetime(repository) {} }
            let versions = try await opened.versions(of: path)
            var history = HistoryImport(definition, versions, of: path, in: opened, log: log, user: "me")
            history.limits.runs = runsAtOnce
            // A task of its own, which is stopped as Ctrl-C would.
            let importing = Task { [history] in
                try await history.run { progress in
                    if progress.done >= stop { withUnsafeCurrentTask { $0?.cancel() } }
                }
            }
            return try await importing.value
        }
    }

    func events(from start: UInt64 = 0) throws -> [Event] {
        var events: [Event] = []
        for sequence in start..<(try log.end()) { events.append(try #require(try log.event(at: sequence))) }
        return events
    }

    /// What was appended in short, a word for each event: `A=1`, `-B`, and for a run the minute and how it ended.
    func story() throws -> String {
        try events().map { event in
            let key = event.subject.dropFirst(2)
            switch event.type {
            case "item.observed": return "\(key)=\(event.data["is"]?.stringValue ?? "")"
            case "item.absent": return "-\(key)"
            default:
                let minute = Int(event.time.seconds(since: at(0)) / 60)
                return "[\(minute) \(event.type.dropFirst(4))]"
            }
        }.joined(separator: " ")
    }

    /// The lines without when they were recorded.
    func lines() throws -> [String] {
        try events().map { $0.line.replacing(/"recordedtime":"[^"]*",/, with: "") }
    }
}
