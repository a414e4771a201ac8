// Appending and reading back: what callers may rely on.

import CanonicalJSON
import Foundation
import Testing

@testable import EventLog

@Suite(.timeLimit(.minutes(5)))
struct AppendTests {
    @Test("what is appended is read back, numbered and with its revisions")
    func roundTrip() async throws {
        let folder = TemporaryFolder()
        let log = try openLog(folder)
        var drafts = Drafts()
        let done = try await log.append([drafts.next("w/a"), drafts.next("w/b"), drafts.next("w/a", at: 1)])
        #expect(done.first == 0 && done.count == 3 && done.end == 3)
        #expect(try log.end() == 3)
        let events = try (0..<3).compactMap { try log.event(at: $0) }
        #expect(events.map(\.sequence) == [0, 1, 2])
        #expect(events.map(\.revision) == [1, 1, 2])
        #expect(events.map(\.subject) == ["w/a", "w/b", "w/a"])
        #expect(try log.event(at: 3) == nil)
    }

    @Test("a commit rolls over into new segments")
    func segments() async throws {
        let folder = TemporaryFolder()
        let log = try openLog(folder)
        var drafts = Drafts()
        try await log.append(drafts.make(60))
        try await log.append(drafts.make(10))
        #expect(try log.end() == 70)
        #expect(try log.lines(from: 30).count == 40)
        #expect(try log.event(at: 64)?.sequence == 64)
        #expect(LogFiles(folder: folder).segments == [Segment.name(0), Segment.name(64)])
        let again = try openLog(folder)
        #expect(try again.end() == 70)
        try await again.append(drafts.make(200))
        #expect(try log.end() == 270)
        #expect(try log.lines().count == 270 && log.verify().isOK)
        #expect(LogFiles(folder: folder).segments.count == 5)
    }

    @Test("segments are of 65,536 events")
    func segmentSize() {
        let directory = LogDirectory(data: "", files: SystemFileSystem())
        #expect(directory.segment(holding: 65_535) == 0 && directory.segment(holding: 65_536) == 65_536)
        #expect(directory.path(65_536) == "/log/00000000000000065536.ndjson.gz")
    }
}

@Suite(.timeLimit(.minutes(5)))
struct AppendRuleTests {
    let folder = TemporaryFolder()
    let stream = StreamID(family: "session", subject: "watch/a")

    private func refusal(_ body: () async throws -> Void) async -> LogError? {
        do {
            try await body()
            return nil
        } catch { return error as? LogError }
    }

    @Test("a line of 1 MiB is taken, crosses blocks and reads back; one byte more is refused")
    func largeLines() async throws {
        let log = try openLog(folder)
        var drafts = Drafts()
        try await log.append([drafts.next("w/small")])
        let empty = try log.lines()[0].utf8.count - #"{"title":"x"}"#.utf8.count + #"{"t":""}"#.utf8.count
        func draft(_ line: Int) -> EventDraft {
            drafts.next("w/large", data: ["t": .string(String(repeating: "x", count: line - empty))])
        }
        try await log.append([drafts.next("w/small"), draft(1 << 20), drafts.next("w/small")])
        let lines = try log.lines()
        #expect(lines.map(\.utf8.count).max() == 1 << 20)
        #expect(try log.event(at: 2)?.line == lines[2] && log.event(at: 3)?.subject == "w/small")
        let error = await refusal { try await log.append([drafts.next(), draft(1 << 20 + 1)]) }
        guard case .eventTooLarge? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try log.end() == 4)
    }

    @Test("a time before its stream's newest is raised to it, or refused where that was asked for")
    func times() async throws {
        let log = try openLog(folder)
        var drafts = Drafts()
        try await log.append([drafts.next(at: 10)])
        try await log.append([drafts.next(at: 5), drafts.next("watch/b", at: 5)])
        #expect(try log.event(at: 1)?.time == noon.adding(seconds: 10))
        #expect(try log.event(at: 2)?.time == noon.adding(seconds: 5))
        let error = await refusal { try await log.append([drafts.next(at: 9.999)], times: .refuse) }
        guard case .earlierTime(stream, _, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("recordedtime never goes back, though the clock does")
    func recorded() async throws {
        let clock = SetClock()
        let log = try openLog(folder, clock: clock.now)
        var drafts = Drafts()
        for seconds in [10.0, 5, 20] {
            clock.set(seconds)
            try await log.append([drafts.next("w/\(seconds)")])
        }
        clock.set(1)
        let later = try openLog(folder, clock: clock.now)
        try await later.append([drafts.next("w/1")])
        let recorded = try (0..<4).map { try log.event(at: $0)?.recordedTime }
        #expect(recorded == [10, 10, 20, 20].map { noon.adding(seconds: $0) })
        for (seconds, count) in [(9.0, 0), (10, 2), (19, 2), (20, 4), (99, 4)] as [(Double, UInt64)] {
            #expect(try log.end(recordedBy: noon.adding(seconds: seconds)) == count)
        }
    }

    @Test("a commit whose condition does not hold leaves nothing, and its neighbours untouched")
    func conditions() async throws {
        let log = try openLog(folder)
        var drafts = Drafts()
        try await log.append([drafts.next()], conditions: [.revision(of: stream, is: 0)])
        for wrong in [0, 2] {
            let error = await refusal {
                try await log.append([drafts.next()], conditions: [.revision(of: stream, is: wrong)])
            }
            guard case .conditionFailed? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
        try await log.append([drafts.next()], conditions: [.revision(of: stream, is: 1)])
        #expect(try log.end() == 2)
    }

    @Test("nothing in a family under a prefix since a sequence")
    func nothingSince() async throws {
        let log = try openLog(folder)
        var drafts = Drafts()
        try await log.append([drafts.next("pool/1"), drafts.next("pool/2"), drafts.next("other/1")])
        func append(_ family: String, _ prefix: String, _ since: UInt64) async -> Bool {
            let condition = AppendCondition.nothing(family: family, subjectPrefix: prefix, since: since)
            return await refusal { try await log.append([drafts.next("x")], conditions: [condition]) } == nil
        }
        #expect(await !append("session", "pool/", 1))
        #expect(await append("session", "pool/", 2))
        #expect(await append("item", "pool/", 0))
        #expect(await !append("session", "", 3))
        #expect(await append("session", "pool/3", 0))
        log.close()
        let again = try openLog(folder)
        await #expect(throws: LogError.self) {
            try await again.append(
                [drafts.next("y")], conditions: [.nothing(family: "session", subjectPrefix: "pool/", since: 0)])
        }
    }

    @Test("numbers within a run only grow, whoever appends")
    func ids() async throws {
        let log = try openLog(folder)
        var drafts = Drafts()
        let first = drafts.next("w/1")
        try await log.append([first])
        let other = try openLog(folder)
        for log in [log, other] {
            let error = await refusal { try await log.append([first]) }
            guard case .idTaken? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
        var skipping = drafts.next("w/2")
        skipping.id = EventID(run: drafts.run, number: 7)
        try await other.append([skipping])
        await #expect(throws: LogError.self) { try await log.append([drafts.next("w/3"), drafts.next("w/3")]) }
        #expect(try log.end() == 2)
    }

    @Test(
        "drafts that no log may hold are refused with a reason",
        arguments: [
            ("type", "a dot"), ("type", ".x"), ("type", "Session.observed"), ("subject", ""), ("source", ""),
            ("data", ""),
            ("number", ""), ("schema", ""), ("causation", ""), ("evidence", ""),
        ])
    func invalid(field: String, value: String) async throws {
        let log = try openLog(folder)
        var drafts = Drafts()
        var draft = drafts.next()
        switch field {
        case "type": draft.type = value
        case "subject": draft.subject = value
        case "source": draft.source = value
        case "data": draft.data = .array([])
        case "number": draft.id = EventID(run: drafts.run, number: 0)
        case "schema": draft.schema = 0
        case "causation": draft.causation = value
        default: draft.evidence = value
        }
        let error = await refusal { try await log.append([draft]) }
        guard case .invalidEvent? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try log.end() == 0)
    }

    @Test("an empty append is nothing, and a closed log takes no more")
    func edges() async throws {
        let log = try openLog(folder)
        #expect(try await log.append([]).count == 0)
        #expect(try log.end() == 0 && log.lines().isEmpty)
        log.close()
        var drafts = Drafts()
        await #expect(throws: LogError.self) { try await log.append([drafts.next()]) }
    }

    @Test("gzip and zcat read the segments as they are")
    func gzip() async throws {
        let log = try openLog(folder)
        var drafts = Drafts()
        for count in [1, 50, 3] { try await log.append(drafts.make(count, size: 300)) }
        let path = LogFiles(folder: folder).path(LogFiles(folder: folder).newest)
        #expect(try run("/bin/sh", "-c", "gzip -t \(path) && zcat \(path) | wc -l").contains("54"))
        #expect(try run("/bin/sh", "-c", "zcat \(path)") == log.lines().joined(separator: "\n") + "\n")
    }
}

/// Runs a program and returns what it writes.
func run(_ program: String, _ arguments: String...) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let out = Pipe()
    process.standardOutput = out
    try process.run()
    let data = out.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: data, as: UTF8.self)
}
