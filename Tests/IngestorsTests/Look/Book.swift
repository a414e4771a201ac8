// A daybook in a folder of its own, with a site to watch and a clock that stands still until it is moved.

import CanonicalJSON
import EventLog
import Extraction
import Foundation
import Observations
import Synchronization
import Testing
import Transport

@testable import Ingestors

final class Book: Sendable {
    let folder: String
    let log: EventLog
    let site: Site
    private let now = Mutex(at(0))
    private let client = quietClient()

    init() throws {
        folder = NSTemporaryDirectory() + "ingestors-\(UUID().uuidString)"
        log = try EventLog.open(folder, create: true)
        site = try Site()
    }

    deinit {
        log.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    func wait(seconds: Double) { now.withLock { $0 = $0.adding(seconds: seconds) } }
    var time: Timestamp { now.withLock { $0 } }

    /// A watch of `path` (with `{topic}` and `{page}`) whose items are `li`, key `@id`, field `is`.
    func watch(
        _ path: String = "shelf", topics: String? = nil, fields: [String: String] = ["is": "b"], items: String = "li",
        next: String? = nil, expect: Ingestors.Expectation = Ingestors.Expectation(), keep: KeepEvidence = .changed,
        _ change: (inout WatchDefinition) -> Void = { _ in }
    ) throws -> WatchDefinition {
        let rules = try ItemRules(
            items: items, key: "@id", fields: fields.sorted { $0.key < $1.key }.map { ($0.key, FieldRule($0.value)) },
            next: next)
        var definition = WatchDefinition(
            name: "w", kind: .items, fetch: .init(url: URLTemplate(site.url(path))), rules: rules, expect: expect,
            keep: keep)
        if let topics { definition.topics = .init(url: site.url(topics), rules: try TopicRules(items: "a", id: "@id")) }
        definition.fetch.limits.size = 1 << 20
        change(&definition)
        return definition
    }

    func watcher(
        _ definition: WatchDefinition, configuration: String? = nil, clock: (@Sendable () -> Timestamp)? = nil
    ) throws -> Watcher {
        Watcher(
            definition, log: log, client: client, cache: try PageCache.open(folder), configuration: configuration,
            clock: clock ?? { self.time })
    }

    @discardableResult
    func look(_ definition: WatchDefinition, configuration: String? = nil) async throws -> RunReport {
        try await watcher(definition, configuration: configuration).look()
    }

    /// Looks, and gives what the run appended in short: `A=1`, `-B`, `run.completed`.
    func news(_ definition: WatchDefinition, configuration: String? = nil) async throws -> [String] {
        let before = try log.end()
        try await look(definition, configuration: configuration)
        return try events(from: before).map(Self.short)
    }

    func events(from start: UInt64 = 0) throws -> [Event] {
        var events: [Event] = []
        for sequence in start..<(try log.end()) { events.append(try #require(try log.event(at: sequence))) }
        return events
    }

    /// Appends an item's state as an import would, and returns when it is on disk. The caller's thread is blocked meanwhile, which
    /// may be one of the few of Swift's own pool; so the work is done on another.
    func importMeanwhile(_ key: String, _ fields: JSON) {
        let done = DispatchSemaphore(value: 0)
        let draft = EventDraft(
            type: "item.observed", source: "/import/someone", subject: "w/\(key)", id: EventID(run: .make(), number: 1),
            time: time, data: fields)
        Task.detached(executorPreference: OwnThreads()) { [log] in
            _ = try? await log.append([draft])
            done.signal()
        }
        done.wait()
    }

    /// Deletes the page cache.
    func forgetPages() {
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: folder + "/cache.sqlite" + suffix)
        }
    }

    /// The data of the newest run event.
    func lastRun() throws -> RunEnded? { try events().last.map { try RunEnded(json: $0.data) } }

    /// The present items in short, `A=1 B=2`, by key.
    func present() throws -> String {
        try log.heads(family: "item", subjectPrefix: "w/").filter { $0.type == "item.observed" }
            .map { Self.short(try #require(try log.event(at: $0.sequence))) }.sorted().joined(separator: " ")
    }

    private static func short(_ event: Event) -> String {
        let key = event.subject.hasPrefix("w/") ? String(event.subject.dropFirst(2)) : ""
        switch event.type {
        case "item.observed": return "\(key)=\(event.data["is"]?.stringValue ?? "")"
        case "item.absent": return "-\(key)"
        default: return event.type
        }
    }
}

/// Runs tasks on threads of Dispatch's.
private final class OwnThreads: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        DispatchQueue.global().async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
