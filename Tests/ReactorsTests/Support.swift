// What the tests share: a folder, a clock that needs no waiting, and a daybook small enough to see through.

import CanonicalJSON
import EventLog
import Foundation
import Projections
import Synchronization
import Testing

@testable import Reactors

/// A folder that is there for as long as the test runs.
func withFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let folder = NSTemporaryDirectory() + "daybook-reactors-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
}

/// Time that passes when someone sleeps, and only then.
final class TestTime: Sendable {
    private let state = Mutex(Timestamp(millisecondsSinceEpoch: 1_795_255_320_000))

    var now: Timestamp { state.withLock { $0 } }

    func advance(seconds: Double) { state.withLock { $0 = $0.adding(seconds: seconds) } }

    /// Jitter of one half, so that waits are known.
    var pace: Pace {
        Pace(
            now: { self.now },
            sleep: { time in
                try Task.checkCancellation()
                self.state.withLock { $0 = max($0, time) }
                await Task.yield()
            },
            random: { 0.5 })
    }
}

/// A daybook of sessions, with its log and its projections.
struct Book {
    let log: EventLog
    let engine: ProjectionEngine
    let time: TestTime
    private let ids: EventIDs

    init(_ folder: String, time: TestTime = TestTime()) throws {
        log = try EventLog.open(folder + "/data", create: true, clock: { time.now })
        engine = try ProjectionEngine(log: log, projections: [KeyedCollection.sessions])
        self.time = time
        ids = EventIDs(at: time.now)
    }

    /// One complete run that saw these sessions of watch `w`, by key, with a title each.
    func look(_ titles: KeyValuePairs<String, String>) async throws {
        time.advance(seconds: 60)
        var drafts: [EventDraft] = []
        for (key, title) in titles {
            drafts.append(draft("session.observed", "w/\(key)", ["title": .string(title)]))
        }
        drafts.append(draft("run.completed", "w", ["kind": "sessions", "observed": JSON(titles.count)]))
        _ = try await log.append(drafts)
    }

    func draft(_ type: String, _ subject: String, _ data: JSON) -> EventDraft {
        EventDraft(type: type, source: "/watches/w", subject: subject, id: ids.next(), time: time.now, data: data)
    }

    func dispatcher(
        _ reactors: [ReactorDefinition], _ channels: [String: any Channel], custom: [CustomReactor] = []
    ) throws -> Dispatcher {
        try Dispatcher(
            log: log, engine: engine, projections: ["sessions"], reactors: reactors, channels: channels, custom: custom,
            pace: time.pace)
    }

    /// A new dispatcher, started and driven until nothing is due; then it is gone, and its lease with it.
    @discardableResult
    func dispatch(
        _ reactors: [ReactorDefinition], _ channels: [String: any Channel], wait: Duration = .seconds(3600)
    ) async throws -> DispatchReport {
        let dispatcher = try dispatcher(reactors, channels)
        try await dispatcher.start()
        return try await dispatcher.runUntilIdle(wait: wait)
    }

    /// The events of these types, in order.
    func events(_ types: Set<String>) throws -> [Event] {
        try (0..<log.end()).compactMap { try log.event(at: $0) }.filter { types.contains($0.type) }
    }

    func deliveries() throws -> [Delivery] { try Deliveries(log: log).list() }

    /// Deletes what is derived, as a user may at any time.
    func forget() throws {
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: log.dataDirectory + "/reactors.sqlite" + suffix)
        }
    }
}

/// A reactor that tells every session's changes to `out`.
func telling(_ change: (inout ReactorDefinition) throws -> Void = { _ in }) rethrows -> ReactorDefinition {
    var definition = ReactorDefinition(name: "r", on: ["session.*"], to: ["out"])
    try change(&definition)
    return definition
}

/// A channel that answers on plan and remembers what it was given.
final class ScriptedChannel: Channel {
    struct Told: Sendable, Equatable {
        let subject: String
        let text: String
        let key: String
        let isLate: Bool
    }

    private struct State {
        var plans: [String: [Outcome]]
        var told: [Told] = []
        var underWay = 0
        var mostUnderWay = 0
    }

    let form = MessageForm.text
    let concurrency: Int
    private let state: Mutex<State>
    private let during: @Sendable (RenderedMessage) async -> Void

    /// `plans`: by subject, what the next messages are answered; afterwards they are taken.
    init(
        _ plans: [String: [Outcome]] = [:], concurrency: Int = 16,
        during: @escaping @Sendable (RenderedMessage) async -> Void = { _ in }
    ) {
        state = Mutex(State(plans: plans))
        self.concurrency = concurrency
        self.during = during
    }

    func deliver(_ message: RenderedMessage) async -> ChannelAnswer {
        let outcome = state.withLock { state -> Outcome in
            state.underWay += 1
            state.mostUnderWay = max(state.mostUnderWay, state.underWay)
            let text = String(decoding: message.body, as: UTF8.self)
            state.told.append(Told(subject: message.subject, text: text, key: message.key, isLate: message.isLate))
            guard state.plans[message.subject]?.isEmpty == false else { return .done([]) }
            return state.plans[message.subject]?.removeFirst() ?? .done([])
        }
        await during(message)
        state.withLock { $0.underWay -= 1 }
        return ChannelAnswer(outcome)
    }

    var told: [Told] { state.withLock { $0.told } }
    var texts: [String] { told.map(\.text) }
    var mostUnderWay: Int { state.withLock { $0.mostUnderWay } }
}

/// A channel for programs, which takes everything.
final class EventChannel: Channel {
    let form = MessageForm.cloudEvent
    let concurrency = 16
    private let got = Mutex<[(key: String, body: [UInt8])]>([])

    func deliver(_ message: RenderedMessage) async -> ChannelAnswer {
        got.withLock { $0.append((message.key, message.body)) }
        return ChannelAnswer(.done([]))
    }

    var keys: [String] { got.withLock { $0.map(\.key) } }
    var bodies: [[UInt8]] { got.withLock { $0.map(\.body) } }
}

/// Lets others wait for something that happens once.
final class Gate: Sendable {
    private let (stream, continuation) = AsyncStream<Void>.makeStream()

    func open() { continuation.finish() }
    func wait() async { for await _ in stream {} }
}

func copy(_ path: String, to other: String) throws {
    try FileManager.default.copyItem(atPath: path, toPath: other)
}

func overwrite(_ path: String, with text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
}

/// Between two looks at something outside that ends in its own time: a loop that only yields would keep a core busy, and on two
/// cores that starves what it waits for. Throws when the test has had its time.
func pause() async throws { try await Task.sleep(for: .milliseconds(2)) }
