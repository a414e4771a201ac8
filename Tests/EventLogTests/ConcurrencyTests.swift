// Several appenders at once: in one process, and, by logs opened on their own, as several processes do it.

import CanonicalJSON
import Foundation
import Testing

@testable import EventLog

@Suite(.timeLimit(.minutes(5)))
struct ConcurrencyTests {
    let folder = TemporaryFolder()

    @Test("64 writers at once share syncs, and each gets a place of its own")
    func groupCommit() async throws {
        let counting = FaultyFileSystem()
        let log = try openLog(folder.data, files: counting)
        let places = try await withThrowingTaskGroup(of: [UInt64].self) { group in
            for writer in 0..<64 {
                group.addTask {
                    var drafts = Drafts()
                    var places: [UInt64] = []
                    for _ in 0..<5 { places.append(try await log.append([drafts.next("w/\(writer)")]).first) }
                    return places
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(places.sorted() == Array(0..<320))
        #expect(counting.plan.count(.sync) < 320)
        #expect(try log.verify().isOK)
        #expect(try log.head(of: StreamID(family: "session", subject: "w/63"))?.revision == 5)
    }

    @Test("several logs on one folder append in turn, each seeing what the others did")
    func severalLogs() async throws {
        let data = folder.data
        _ = try openLog(folder)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let log = try openLog(data)
                    var drafts = Drafts()
                    for _ in 0..<25 { try await log.append([drafts.next("shared"), drafts.next("shared")]) }
                }
            }
            try await group.waitForAll()
        }
        let log = try openLog(folder)
        #expect(try log.end() == 200)
        #expect(try log.verify().isOK)
        #expect(try log.head(of: StreamID(family: "session", subject: "shared"))?.revision == 200)
        #expect(try log.sequences(of: StreamID(family: "session", subject: "shared")) == Array(0..<200))
    }

    @Test("a number is given once, whoever else is appending")
    func once() async throws {
        let data = folder.data
        _ = try openLog(folder)
        let stream = StreamID(family: "session", subject: "n")
        let won = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let log = try openLog(data)
                    var drafts = Drafts()
                    do {
                        try await log.append([drafts.next("n")], conditions: [.revision(of: stream, is: 0)])
                        return 1
                    } catch LogError.conditionFailed {
                        return 0
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(won == 1)
    }

    @Test("who waits for the end hears of this log's appends and of others'")
    func waiting() async throws {
        let log = try openLog(folder)
        let other = try openLog(folder)
        var drafts = Drafts()
        async let first = log.waitForEnd(beyond: 0)
        try await log.append([drafts.next()])
        #expect(try await first == 1)
        async let second = log.waitForEnd(beyond: 1)
        try await other.append([drafts.next()])
        #expect(try await second == 2)
        let waiting = Task { try await log.waitForEnd(beyond: 99) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }

    @Test("a lease is had by one at a time, and its holder is known")
    func leases() throws {
        _ = try openLog(folder)
        let data = folder.data
        do {
            let mine = try Lease.take("watch/../x", in: data)
            let isMine = mine != nil
            #expect(isMine)
            let second = try Lease.take("watch/../x", in: data)
            let isTaken = second == nil
            #expect(isTaken)
            #expect(Lease.holder("watch/../x", in: data) == Int(getpid()))
            #expect(try FileManager.default.contentsOfDirectory(atPath: data + "/locks") == ["watch%2F..%2Fx"])
        }
        #expect(Lease.holder("watch/../x", in: data) == nil)
        let again = try Lease.take("watch/../x", in: data)
        let isMine = again != nil
        #expect(isMine)
    }
}
