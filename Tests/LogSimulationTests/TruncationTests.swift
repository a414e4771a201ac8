// The newest segment cut at every one of its bytes, with every published end: what is kept, torn, and refused.

import CanonicalJSON
import EventLog
import Testing

@testable import LogSimulation

@Suite(.timeLimit(.minutes(10)))
struct TruncationTests {
    private static let path = CrashPoint.data + "/log/00000000000000000000.ndjson.gz"
    private static let endPath = CrashPoint.data + "/log/end"

    /// A commit's end: bytes in the file, events in the log.
    private struct End {
        var bytes = 0
        var events: UInt64 = 0
    }

    private var number = 0

    private mutating func draft() -> EventDraft {
        number += 1
        let run = RunID.derived(from: Array("cuts".utf8), at: Workload.noon)
        return EventDraft(
            type: "session.observed", source: "/cuts", subject: "w", id: EventID(run: run, number: number),
            time: Workload.noon, data: ["n": JSON(number)])
    }

    private func open(_ disk: SimulatedDisk) throws -> (SimulatedMachine, EventLog) {
        let machine = SimulatedMachine(disk)
        let log = try EventLog.open(
            CrashPoint.data, create: true, clock: { Workload.noon }, files: machine.start(), foldCount: 1 << 30)
        return (machine, log)
    }

    @Test("every cut of the newest segment is decided rightly, whatever end was published")
    mutating func everyCut() throws {
        var empty = SimulatedDisk()
        _ = empty.makeFolder("/srv")
        let (machine, log) = try open(empty)
        var ends = [End()]
        var published: [[UInt8]?] = [nil]
        for count in [1, 3, 2] {
            let drafts = (0..<count).map { _ in draft() }
            let appended = try log.append(group: [(drafts, [], false)])[0].get()
            ends.append(End(bytes: machine.disk.bytes(Self.path)?.count ?? 0, events: appended.end))
            published.append(machine.disk.bytes(Self.endPath))
        }
        let whole = try #require(machine.disk.bytes(Self.path))
        for known in [0, 1, 3] {
            for cut in 0...whole.count {
                var disk = machine.disk
                disk.put(Array(whole[..<cut]), Self.path)
                if let bytes = published[known] { disk.put(bytes, Self.endPath) } else { disk.remove(Self.endPath) }
                let reached = ends.lastIndex { $0.bytes <= cut } ?? 0
                // The last whole block knows that what came before it was on disk.
                let durable = max(ends[known].events, reached > 0 ? ends[reached - 1].events : 0)
                try check(disk, cut, reaching: ends[reached], durable: durable)
            }
        }
    }

    private mutating func check(_ disk: SimulatedDisk, _ cut: Int, reaching end: End, durable: UInt64) throws {
        let (machine, log) = try open(disk)
        defer { log.close() }
        let found = try log.end()
        let result = try log.append(group: [([draft()], [], false)])[0]
        let torn = machine.disk.names(in: CrashPoint.data + "/log")?.filter { $0.hasPrefix("torn-") } ?? []
        if end.events >= durable {
            #expect(found == end.events, "cut at \(cut)")
            #expect(try result.get().first == end.events, "cut at \(cut)")
            #expect(torn.count == (cut > end.bytes ? 1 : 0), "cut at \(cut)")
        } else if case .failure(.corrupt(let damage)) = result {
            #expect(
                damage.sequences.lowerBound == end.events && damage.sequences.upperBound >= durable, "cut at \(cut)")
            #expect(machine.disk.bytes(Self.path)?.count == cut && torn.isEmpty, "cut at \(cut)")
        } else {
            Issue.record("cut at \(cut), \(durable) events were known to be on disk: \(result)")
        }
    }
}
