// Who appends at the same time: who leads, who shares a sync, a commit and a block, and what closing does to them.

import CanonicalJSON
import Dispatch
import Foundation
import Synchronization
import Testing

@testable import EventLog

@Suite(.timeLimit(.minutes(5)))
struct GroupCommitTests {
    let folder = TemporaryFolder()

    // MARK: The queue

    private func waiting() -> WaitingCommit {
        WaitingCommit(
            request: CommitRequest(drafts: [], conditions: [], times: .clamp), answer: .thread(ThreadAnswer()))
    }

    @Test("the first to come leads, the others follow, until nobody waits")
    func leading() {
        let queue = CommitQueue()
        let entries = (0..<3).map { _ in queue.enter(waiting()) }
        #expect(entries == [.leads, .follows, .follows])
        #expect(queue.take()?.count == 3)
        let meanwhile = queue.enter(waiting())
        #expect(meanwhile == .follows)
        let isOver = queue.endLead()
        #expect(!isOver && queue.count == 1)
        #expect(queue.take()?.count == 1)
        #expect(queue.take() == nil)
        let next = queue.enter(waiting())
        #expect(next == .leads)
    }

    @Test("after closing nobody comes in")
    func closedQueue() {
        let queue = CommitQueue()
        let hasToLead = queue.close()
        let entry = queue.enter(waiting())
        #expect(hasToLead && entry == .isClosed)
    }

    @Test("the leader waits for those it expects, and no longer than it may")
    func gathering() {
        let queue = CommitQueue()
        _ = queue.enter(waiting())
        let began = DispatchTime.now()
        queue.gather(2, atMost: .milliseconds(20))
        #expect(DispatchTime.now() >= began + .milliseconds(20))
        let other = Thread { _ = queue.enter(waiting()) }
        other.start()
        queue.gather(2, atMost: .seconds(60))
        #expect(queue.count == 2)
        queue.gather(2, atMost: .seconds(60))
    }

    // MARK: Threads

    @Test("a thread appends by itself, and what it appended is there")
    func thread() throws {
        let log = try openLog(folder)
        var drafts = Drafts()
        let appended = try log.appendBlocking([drafts.next(), drafts.next()])
        #expect(appended == Appended(first: 0, count: 2))
        #expect(throws: LogError.self) { try log.appendBlocking([drafts.next(type: "nonsense")]) }
        #expect(try log.lines().count == 2)
        log.close()
        #expect { try log.appendBlocking([drafts.next()]) } throws: {
            ($0 as? LogError)?.description == "the log was closed"
        }
    }

    @Test("threads that append at once each get a place of their own")
    func threads() throws {
        let counting = FaultyFileSystem()
        let log = try openLog(folder.data, files: counting)
        let places = Mutex<[UInt64]>([])
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            var drafts = Drafts()
            for _ in 0..<20 {
                let place = try? log.appendBlocking([drafts.next("w/\(thread)")]).first
                places.withLock { $0 += [place].compactMap(\.self) }
            }
        }
        #expect(places.withLock { $0.sorted() } == Array(0..<160))
        #expect(counting.plan.count(.sync) <= 163)
        #expect(try log.verify().isOK)
    }

    @Test("closing lets those who wait have their answer")
    func closing() throws {
        let log = try openLog(folder)
        let appended = Mutex(0)
        let threads = DispatchGroup()
        for thread in 0..<4 {
            DispatchQueue(label: "writer \(thread)").async(group: threads) {
                var drafts = Drafts()
                while (try? log.appendBlocking([drafts.next("w/\(thread)")])) != nil { appended.withLock { $0 += 1 } }
            }
        }
        while try log.end() < 20 {}
        log.close()
        threads.wait()
        #expect(try openLog(folder, create: false).end() == UInt64(appended.withLock { $0 }))
    }

    // MARK: Shared commits

    private func text(_ first: UInt64, _ lengths: [Int], isDivisible: Bool = false) -> CommitText {
        var commit = CommitText(first: first, isDivisible: isDivisible)
        for length in lengths {
            commit.starts.append(commit.text.count)
            commit.text += [UInt8](repeating: 0x78, count: length - 1) + [0x0A]
        }
        return commit
    }

    @Test("small commits become one where one follows the other and neither may be divided")
    func merging() {
        let cases: [(CommitText, CommitText, Bool)] = [
            (text(0, [10, 20]), text(2, [30]), true),
            (text(0, [10, 20]), text(3, [30]), false),
            (text(0, [10], isDivisible: true), text(1, [30]), false),
            (text(0, [10]), text(1, [30], isDivisible: true), false),
            (text(0, [Block.inflatedMax]), text(1, [30]), false),
            (text(0, [10]), text(1, [Block.inflatedMax]), false),
        ]
        for (earlier, later, isOne) in cases {
            var merged = earlier
            let answer = merged.merge(later)
            #expect(answer == isOne)
            #expect(merged.count == (isOne ? 3 : earlier.count))
        }
        var merged = text(0, [10, 20])
        _ = merged.merge(text(2, [30, 5]))
        #expect(merged.starts == [0, 10, 30, 60] && merged.end == 4)
    }

    @Test("who appends at once may share a block, and one who is refused leaves nothing in it")
    func refused() async throws {
        let log = try openLog(folder)
        let results = await withTaskGroup(of: Bool.self) { group in
            for writer in 0..<32 {
                group.addTask {
                    var drafts = Drafts()
                    let isWanted = writer % 4 != 0
                    let never = AppendCondition.revision(of: StreamID(family: "session", subject: "none"), is: 7)
                    return (try? await log.append([drafts.next("w/\(writer)")], conditions: isWanted ? [] : [never]))
                        != nil
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(results == 24)
        #expect(try log.end() == 24)
        #expect(try log.verify().isOK)
        let heads = try log.heads(family: "session", subjectPrefix: "w/")
        #expect(heads.count == 24 && heads.allSatisfy { $0.revision == 1 })
    }
}
