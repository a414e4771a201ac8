// A log in memory that hands over real event lines, and misbehaves on demand.

import CanonicalJSON
import Synchronization

@testable import EventLog
@testable import Projections

final class MemoryLog: EventSource {
    struct Broken: Error {}

    private struct State {
        var lines: [[UInt8]] = []
        var revisions: [StreamID: Int] = [:]
    }

    private let state = Mutex(State())
    private let fault = Mutex<UInt64?>(nil)
    /// Hands over this many events at a time, each such batch twice; 0 hands over each event once.
    private let twiceBy: Int

    init(_ events: [TestEvent] = [], twiceBy: Int = 0) {
        self.twiceBy = twiceBy
        append(events)
    }

    func append(_ events: [TestEvent]) {
        state.withLock { state in
            for event in events {
                let stream = StreamID(type: event.type, subject: event.subject)
                let revision = (state.revisions[stream] ?? 0) + 1
                state.revisions[stream] = revision
                state.lines.append(event.line(sequence: UInt64(state.lines.count), revision: revision))
            }
        }
    }

    /// From now on reading breaks off where `sequence` is due.
    func breakOff(at sequence: UInt64?) { fault.withLock { $0 = sequence } }

    func end() -> UInt64 { UInt64(state.withLock { $0.lines.count }) }

    func digestOfLine(at sequence: UInt64) -> Digest? {
        state.withLock { $0.lines.indices.contains(Int(sequence)) ? Digest.sha256($0.lines[Int(sequence)]) : nil }
    }

    func read(from: UInt64, to: UInt64, _ body: (EventView) throws -> Void) throws {
        let lines = state.withLock { $0.lines }
        var start = Int(from)
        while start < Int(to) {
            let end = twiceBy > 0 ? min(Int(to), start + twiceBy) : Int(to)
            for _ in 0..<(twiceBy > 0 ? 2 : 1) { try read(lines, start..<end, body) }
            start = end
        }
    }

    private func read(_ lines: [[UInt8]], _ range: Range<Int>, _ body: (EventView) throws -> Void) throws {
        for index in range {
            if fault.withLock({ $0 }) == UInt64(index) { throw Broken() }
            try lines[index].withUnsafeBytes { line in
                guard let layout = LineScanner.scan(line) else { throw Broken() }
                try EventView.with(line, layout, body)
            }
        }
    }
}

/// An event to be, in as few words as a test can do with.
struct TestEvent: Sendable {
    var type: String
    var subject: String
    var data: JSON
    var time: Int64
    var source = "/watches/w"
    var causation: String?

    func line(sequence: UInt64, revision: Int) -> [UInt8] {
        var line: [UInt8] = []
        let moment = Timestamp(millisecondsSinceEpoch: time)
        let run = "0199c0de-0000-7000-8000-000000000001"
        line +=
            #"{"specversion":"1.0","sequence":"\#(sequenceText(sequence))","type":"\#(type)","source":"\#(source)""#
            .utf8
        line +=
            #","subject":\#(JSON.string(subject).canonicalText),"id":"\#(run).\#(sequence + 1)","time":"\#(moment)""#
            .utf8
        line += #","revision":\#(revision)"#.utf8
        if let causation { line += #","causationid":"\#(causation)""#.utf8 }
        line += #","dataschema":"daybook:\#(type)/1","data":\#(data.canonicalText)}"#.utf8
        return line
    }

    /// The same, brought in from elsewhere.
    var imported: TestEvent {
        var copy = self
        copy.source = "/import/ann"
        return copy
    }

    /// The same, read from a page that had not changed.
    var reread: TestEvent {
        var copy = self
        copy.causation = "0199c0de-0000-7000-8000-000000000009.1"
        return copy
    }
}

func saw(_ subject: String, _ fields: JSON, at time: Int64 = 0, family: String = "session") -> TestEvent {
    TestEvent(type: "\(family).observed", subject: subject, data: fields, time: time)
}

func missed(_ subject: String, at time: Int64 = 0, family: String = "session") -> TestEvent {
    TestEvent(type: "\(family).absent", subject: subject, data: [:], time: time)
}

func ran(_ watch: String, _ outcome: RunOutcome = .completed, at time: Int64 = 0, _ report: JSON = [:]) -> TestEvent {
    TestEvent(type: "run.\(outcome.rawValue)", subject: watch, data: report, time: time)
}

func renamed(_ was: String, to name: String, at time: Int64 = 5) -> TestEvent {
    TestEvent(type: "watch.renamed", subject: name, data: ["was": .string(was)], time: time)
}
