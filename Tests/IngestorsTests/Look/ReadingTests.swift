// New selectors over the same bytes: what then differs is put down to the configuration, not to the world.

import CanonicalJSON
import EventLog
import Foundation
import Observations
import Testing

@testable import Ingestors

@Suite(.timeLimit(.minutes(5))) struct ReadingTests {
    let book: Book

    init() throws { book = try Book() }

    @Test(arguments: KeepEvidence.allCases) func theSamePageReadAnewIsAReading(keep: KeepEvidence) async throws {
        try await book.site.put("shelf", shelf("A=1 B=2"))
        try await book.look(try book.watch(keep: keep), configuration: "old.1")
        _ = try await book.site.asked()
        let report = try await book.look(try book.watch(fields: ["is": "i"], keep: keep), configuration: "new.1")
        let events = try book.events(from: 3)
        #expect(events.map(\.type) == ["item.observed", "item.observed", "run.completed"])
        #expect(events.map(\.causation) == ["new.1", "new.1", nil])
        #expect(events[0].data == ["is": "A!"])
        // With the bytes at hand a 304 is enough; without them they are fetched.
        #expect(report.summary.notModified == (keep == .none ? 0 : 1))
        #expect(try await book.site.asked().map(\.status) == [keep == .none ? 200 : 304])
        #expect(
            try await book.news(try book.watch(fields: ["is": "i"], keep: keep), configuration: "new.1") == [
                "run.completed"
            ])
    }

    @Test func newBytesAreTheWorldsDoingAlsoWithNewSelectors() async throws {
        try await book.site.put("shelf", shelf("A=1"))
        try await book.look(try book.watch(), configuration: "old.1")
        try await book.site.put("shelf", shelf("A=2"))
        try await book.look(try book.watch(fields: ["is": "i"]), configuration: "new.1")
        #expect(try book.events(from: 2).map(\.causation) == [nil, nil])
    }

    @Test func anotherConfigurationWithTheSameSelectorsIsNoReading() async throws {
        try await book.site.put("shelf", shelf("A=1"))
        try await book.look(try book.watch(), configuration: "old.1")
        #expect(try await book.news(try book.watch(), configuration: "new.1") == ["run.completed"])
        try await book.site.put("shelf", shelf("A=2"))
        try await book.look(try book.watch(), configuration: "new.1")
        #expect(try book.events().allSatisfy { $0.causation == nil })
    }

    @Test func whoIsLostOnlyToNewSelectorsIsAReadingToo() async throws {
        try await book.site.put("topics", #"<a id="x"></a><a id="y"></a>"#)
        try await book.site.put("x", shelf("A=1 B=1"))
        try await book.site.put("y", shelf("C=1 D=1"))
        try await book.look(try book.watch("{topic}", topics: "topics"), configuration: "old.1")
        let end = try book.log.end()
        try await book.site.put("y", shelf("C=1"))
        let narrower = try book.watch("{topic}", topics: "topics", items: "li:first-child")
        try await book.look(narrower, configuration: "new.1")
        let gone = try book.events(from: end).filter { $0.type == "item.absent" }
        #expect(gone.map(\.subject) == ["w/B", "w/D"])
        #expect(gone.map(\.causation) == ["new.1", nil])
    }

    @Test func withoutTheKeptBytesThePageIsFetchedAnew() async throws {
        let page = shelf("A=1")
        try await book.site.put("shelf", page)
        try await book.look(try book.watch(), configuration: "old.1")
        _ = try await book.site.asked()
        try damage(Digest.sha256(Array(page.utf8)))
        try await book.look(try book.watch(fields: ["is": "i"]), configuration: "new.1")
        #expect(try await book.site.asked().map(\.status) == [200])
        #expect(try book.events(from: 2).map(\.causation) == ["new.1", nil])
    }

    /// Cuts the file that keeps these bytes.
    private func damage(_ digest: Digest) throws {
        let folder = "\(book.folder)/blobs/\(digest.hex.prefix(2))"
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            try Data("cut".utf8).write(to: URL(filePath: "\(folder)/\(name)"))
        }
    }
}

@Suite struct CommitPartsTests {
    private func drafts(_ sizes: [Int]) -> [EventDraft] {
        let run = RunID.make()
        return sizes.enumerated().map { number, size in
            EventDraft(
                type: "item.observed", source: "/watches/w", subject: "w/\(number)",
                id: EventID(run: run, number: number + 1), time: at(0),
                data: ["text": .string(String(repeating: "x", count: size))])
        }
    }

    @Test func aRunIsOneCommitAsLongAsItFits() {
        #expect(CommitParts.of(drafts(Array(repeating: 10, count: 100))).map(\.count) == [100])
    }

    @Test func beyondThatItIsCutInOrder() {
        let parts = CommitParts.of(drafts(Array(repeating: 1000, count: 10)), bytesMax: 6000)
        #expect(parts.map(\.count).reduce(0, +) == 10)
        #expect(parts.count > 2)
        #expect(parts.flatMap { $0 }.map(\.id.number) == Array(1...10))
    }

    @Test func oneThatIsLargerThanAPartHasOneOfItsOwn() {
        #expect(CommitParts.of(drafts([10, 9000, 10]), bytesMax: 6000).map(\.count) == [1, 1, 1])
    }
}
