// Durable appends of one event a commit: one writer beside a loop of write and fdatasync, 64 writers beside SQLite, which is
// fastest with one connection and is shown with 64 as well. They take turns of a fraction of a second, so that whatever else the
// machine does meets all of them.

import CanonicalJSON
import EventLog
import Foundation

struct AppendRace {
    private let folder: String
    private let rounds: Int
    private let commits: Int
    private let corpus = SessionCorpus(events: 1_000_000)

    static let writers = 64
    /// Many writers get through so much more in the same time.
    private static let crowdFactor = 16

    /// `commits` is how many events one writer appends in a round.
    init(_ folder: String, rounds: Int, commits: Int) {
        self.folder = folder
        self.rounds = rounds
        self.commits = commits
    }

    func run() async throws -> JSON {
        var rates: [String: [Double]] = [:]
        let single = try EventLog.open(folder + "/single", create: true)
        let awaited = try EventLog.open(folder + "/awaited", create: true)
        let crowd = try EventLog.open(folder + "/crowd", create: true)
        let loop = try WriteLoop(path: folder + "/loop")
        let sqlite = try SQLiteLoop(path: folder + "/events.sqlite")
        for round in 0..<rounds {
            let drafts = (round * commits..<(round + 1) * commits).map(corpus.draft)
            let many = commits * Self.crowdFactor
            let crowdDrafts = (round * many..<(round + 1) * many).map(corpus.draft)
            rates["single", default: []].append(
                try Self.time(commits) {
                    for draft in drafts { try Self.append(draft, to: single) }
                })
            let blocks = try Self.blocks(of: folder + "/single", last: commits)
            rates["loop", default: []].append(
                try Self.time(commits) {
                    for block in blocks { try loop.append(block) }
                })
            let lines = drafts.map(\.data.canonicalBytes)
            rates["sqlite", default: []].append(
                try Self.time(commits) {
                    for (number, line) in lines.enumerated() {
                        let index = round * commits + number
                        try sqlite.append(
                            line, stream: drafts[number].subject, sequence: index, revision: 1 + index / corpus.sessions
                        )
                    }
                })
            rates["sqliteCrowd", default: []].append(
                try Self.time(commits) { try SQLiteLoop.crowd(lines, path: folder + "/crowd-\(round).sqlite") })
            rates["crowd", default: []].append(try await Self.time(many) { try await Self.crowd(crowdDrafts, crowd) })
            rates["awaited", default: []].append(
                try await Self.time(commits) {
                    for draft in drafts { try await awaited.append([draft]) }
                })
        }
        return .object(JSONObject(rates.map { ($0, JSON($1)) }))
    }

    /// Without a way through another thread, as a program does that has threads of its own.
    private static func append(_ draft: EventDraft, to log: EventLog) throws { _ = try log.appendBlocking([draft]) }

    /// Each writer appends the next event when its last one is on disk.
    private static func crowd(_ drafts: [EventDraft], _ log: EventLog) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    let run = RunID.make()
                    for (number, index) in stride(from: writer, to: drafts.count, by: writers).enumerated() {
                        var draft = drafts[index]
                        draft.id = EventID(run: run, number: number + 1)
                        try await log.append([draft])
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func blocks(of data: String, last count: Int) throws -> ArraySlice<ArraySlice<UInt8>> {
        var blocks = try SegmentBlocks(data: data)
        var all: [ArraySlice<UInt8>] = []
        while let block = blocks.next() { all.append(block) }
        return all.suffix(count)
    }

    private static func time(_ count: Int, _ body: () throws -> Void) rethrows -> Double {
        Double(count) / (try ContinuousClock().measure(body)).seconds
    }

    private static func time(_ count: Int, _ body: () async throws -> Void) async rethrows -> Double {
        Double(count) / (try await ContinuousClock().measure(body)).seconds
    }
}
