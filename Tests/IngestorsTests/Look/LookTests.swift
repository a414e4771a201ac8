// Looking at a real site into a real log: what is appended, and when there is silence.

import CanonicalJSON
import EventLog
import Extraction
import Foundation
import Observations
import Synchronization
import Testing
import Transport

@testable import Ingestors

@Suite(.timeLimit(.minutes(5))) struct LookTests {
    let book: Book

    init() throws { book = try Book() }

    @Test func aFirstLookAppendsWhatIsThereAndOneRunEvent() async throws {
        try await book.site.put("shelf", shelf("A=1 B=2"))
        let report = try await book.look(try book.watch())
        let events = try book.events()
        #expect(events.map(\.type) == ["item.observed", "item.observed", "run.completed"])
        #expect(events.map(\.subject) == ["w/A", "w/B", "w"])
        #expect(events.map(\.source) == Array(repeating: "/watches/w", count: 3))
        #expect(events.map(\.id) == (1...3).map { "\(report.run).\($0)" })
        #expect(events[0].data == ["is": "1"])
        #expect(events[0].time == book.time)
        #expect(events.allSatisfy { $0.causation == nil })
        let run = try RunEnded(json: events[2].data)
        #expect(run.observed == 2 && run.changed == 2 && run.unchanged == 0 && run.absent == 0 && run.missed == [])
        #expect(run.requests == 1 && run.notModified == 0 && run.bytes > 0 && run.kind == "items" && run.topics == nil)
        #expect(report.outcome == .completed && report.end == 3)
    }

    @Test func aLookIsOneCommitWithItsEvidence() async throws {
        let page = shelf("A=1")
        try await book.site.put("shelf", page)
        try await book.look(try book.watch())
        let evidence = try #require(try book.events()[0].evidence)
        let kept = try book.log.blobs.get(try #require(Digest(reference: evidence)))
        #expect(kept == Array(page.utf8))
    }

    @Test func whereNothingChangedTheRunEventStandsAlone() async throws {
        try await book.site.put("shelf", shelf("A=1 B=2"))
        try await book.look(try book.watch())
        _ = try await book.site.asked()
        book.wait(seconds: 60)
        let report = try await book.look(try book.watch())
        #expect(try book.events(from: 3).map(\.type) == ["run.completed"])
        #expect(report.summary.unchanged == 2 && report.summary.notModified == 1 && report.summary.requests == 1)
        #expect(try await book.site.asked().map(\.status) == [304])
    }

    @Test(arguments: ["yes", "no"]) func bytesThatDidNotChangeAreNotReadAgain(tag: String) async throws {
        try await book.site.put("shelf", shelf("A=1"), ["Tag": tag])
        let definition = try book.watch()
        try await book.look(definition)
        // What the cache says of the page now could not come from its bytes.
        let cache = try PageCache.open(book.folder)
        var page = try #require(try cache.page(.page, definition.fetch.url.text, of: "w"))
        page.content.items.append(seen("Z", "9"))
        try cache.save([page], seen: [], of: "w", isWhole: false)
        #expect(try await book.news(definition) == ["Z=9", "run.completed"])
    }

    @Test(
        "A change in the second that Last-Modified names is seen",
        arguments: [
            ("Fri, 31 Dec 2100 23:59:59 GMT", ["A=2", "run.completed"], 200),
            ("Sun, 06 Nov 1994 08:49:37 GMT", ["run.completed"], 304),
        ])
    func changesWithinASecond(modified: String, news: [String], status: Int) async throws {
        try await book.site.put("shelf", shelf("A=1"), ["Modified": modified])
        try await book.look(try book.watch())
        try await book.site.put("shelf", shelf("A=2"), ["Modified": modified])
        _ = try await book.site.asked()
        #expect(try await book.news(try book.watch()) == news)
        #expect(try await book.site.asked().map(\.status) == [status])
    }

    @Test("A cache of the version before keeps its pages, and none of its times of change is asked with")
    func formerCache() async throws {
        let modified = "Sun, 06 Nov 1994 08:49:37 GMT"
        try await book.site.put("shelf", shelf("A=1"), ["Modified": modified])
        try await book.look(try book.watch())
        let url = URL(filePath: book.folder + "/cache.sqlite")
        var bytes = try Data(contentsOf: url)
        #expect(bytes[60..<64].elementsEqual([0, 0, 0, 3]), "the user version, in the header of the file")
        bytes[63] = 2
        try bytes.write(to: url)
        let cache = try PageCache.open(book.folder)
        let page = try #require(try cache.page(.page, book.site.url("shelf"), of: "w"))
        #expect(page.validators == nil && page.content.items.count == 1)
        try await book.site.put("shelf", shelf("A=2"), ["Modified": modified])
        #expect(try await book.news(try book.watch()) == ["A=2", "run.completed"])
    }

    @Test func onlyWhatChangedIsAppended() async throws {
        try await book.site.put("shelf", shelf("A=1 B=2 C=3"))
        try await book.look(try book.watch())
        try await book.site.put("shelf", shelf("A=1 B=5 D=4 C=3"))
        #expect(try await book.news(try book.watch()) == ["B=5", "D=4", "run.completed"])
    }

    @Test func oneThatIsNotThereAnyMoreIsAbsentAndOneThatComesBackIsAppendedThoughEqual() async throws {
        try await book.site.put("shelf", shelf("A=1 B=2"))
        try await book.look(try book.watch())
        try await book.site.put("shelf", shelf("A=1"))
        #expect(try await book.news(try book.watch()) == ["-B", "run.completed"])
        #expect(try book.events().last.map { try RunEnded(json: $0.data) }?.missed == ["B"])
        #expect(try await book.news(try book.watch()) == ["run.completed"])
        try await book.site.put("shelf", shelf("A=1 B=2"))
        #expect(try await book.news(try book.watch()) == ["B=2", "run.completed"])
    }

    @Test func anOverlapThatDisagreesIsCountedAndDoesNotFlap() async throws {
        try await book.site.put("topics", #"<a id="x"></a><a id="y"></a>"#)
        try await book.site.put("x", shelf("A=1 B=1"))
        try await book.site.put("y", shelf("A=1 B=1"))
        let definition = try book.watch("{topic}", topics: "topics")
        try await book.look(definition)
        try await book.site.put("x", shelf("A=2 B=1"))
        let report = try await book.look(definition)
        #expect(report.summary.conflicts == 1 && report.summary.changed == 0 && report.summary.topics == 2)
        #expect(try await book.look(definition).summary.conflicts == 1)
        try await book.site.put("y", shelf("A=2 B=1"))
        #expect(try await book.news(definition) == ["A=2", "run.completed"])
    }

    @Test func withoutTheCacheALookComesToTheSame() async throws {
        try await book.site.put("shelf", shelf("A=1 B=2"))
        try await book.look(try book.watch())
        book.forgetPages()
        #expect(try await book.news(try book.watch()) == ["run.completed"])
    }

    @Test func aCacheThatIsNoneIsReplaced() async throws {
        try Data("this is not a database, and long enough to be looked at".utf8)
            .write(to: URL(filePath: book.folder + "/cache.sqlite"))
        try await book.site.put("shelf", shelf("A=1"))
        #expect(try await book.news(try book.watch()) == ["A=1", "run.completed"])
        #expect(try await book.look(try book.watch()).summary.notModified == 1)
    }

    @Test(arguments: KeepEvidence.allCases) func evidenceIsKeptAsAsked(keep: KeepEvidence) async throws {
        let pages = [shelf("A=1"), shelf("A=1") + "<!-- new bytes, same items -->", shelf("A=2")]
        for page in pages {
            try await book.site.put("shelf", page)
            try await book.look(try book.watch(keep: keep))
        }
        let kept = pages.map { book.log.blobs.contains(.sha256(Array($0.utf8))) }
        let expected: [KeepEvidence: [Bool]] = [
            .changed: [true, false, true], .all: [true, true, true], .none: [false, false, false],
        ]
        #expect(kept == expected[keep])
        let evidence = try book.events().filter { $0.type == "item.observed" }.map { $0.evidence != nil }
        #expect(evidence == (keep == .none ? [false, false] : [true, true]))
    }

    @Test func aSecondLookAtTheSameTimeIsTurnedAway() async throws {
        guard let lease = try Lease.take("watch-w", in: book.folder) else {
            Issue.record("no lease")
            return
        }
        try await book.site.put("shelf", shelf("A=1"))
        let error = await #expect(throws: IngestError.self) { try await book.look(try book.watch()) }
        guard case .busy("w", let holder) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(holder == Int(ProcessInfo.processInfo.processIdentifier))
        #expect(try book.log.end() == 0)
        _ = consume lease
        try await book.look(try book.watch())
        #expect(try book.log.end() == 2)
    }

    @Test func whatOthersAppendMeanwhileIsReckonedWith() async throws {
        try await book.site.put("shelf", shelf("A=1 B=1"))
        let calls = Mutex(0)
        // The third time that the clock is asked, the recorded state has been read and nothing is appended yet.
        let watcher = try book.watcher(try book.watch()) { [book] in
            if calls.withLock({
                $0 += 1; return $0 == 3
            }) {
                book.importMeanwhile("A", ["is": "1"])
            }
            return book.time
        }
        let report = try await watcher.look()
        #expect(try book.events().map(\.subject) == ["w/A", "w/B", "w"])
        #expect(report.summary.changed == 1 && report.summary.unchanged == 1)
    }

    @Test func aLookThatIsCancelledLeavesNothing() async throws {
        try await book.site.put("shelf", shelf("A=1"), ["Fault": "hold"])
        let watcher = try book.watcher(try book.watch())
        let look = Task { try await watcher.look() }
        look.cancel()
        let error = await #expect(throws: IngestError.self) { try await look.value }
        guard case .cancelled("w") = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try book.log.end() == 0)
    }

    @Test(arguments: ["yes", "no"]) func theSameBytesElsewhereAreReadAnew(tag: String) async throws {
        for folder in ["old", "new"] {
            try await book.site.put("\(folder)/page", #"<li id="A"><a href="x">x</a></li>"#, ["Tag": tag])
        }
        let links = try ItemRules(
            items: "li", key: "@id", fields: [("is", FieldRule(select: "a", as: .url))])
        let watch = try book.watch { $0.rules = .items(links) }
        for folder in ["old", "new", "new"] {
            let location = book.site.url("\(folder)/page")
            try await book.site.put("shelf", "", ["Status": "302", "Location": location])
            try await book.look(watch)
        }
        let states = try book.events().filter { $0.type == "item.observed" }.map { $0.data.canonicalText }
        #expect(states == ["old", "new"].map { #"{"is":"\#(book.site.url("\($0)/x"))"}"# })
    }

    @Test func progressIsToldAfterEachPage() async throws {
        try await book.site.put("topics", #"<a id="x"></a><a id="y"></a><a id="z"></a>"#)
        for topic in ["x", "y", "z"] { try await book.site.put(topic, shelf("\(topic)=1")) }
        let told = Told()
        _ = try await book.watcher(try book.watch("{topic}", topics: "topics")).look { told.add($0) }
        #expect(told.all.map(\.pages) == [1, 2, 3])
        #expect(told.all.allSatisfy { $0.total == 3 })
    }

    @Test func theReportIsTheCheckRow() async throws {
        try await book.site.put("shelf", shelf("A=1"))
        let row = try #require(try await book.look(try book.watch()).json.objectValue)
        #expect(
            Set(row.keys) == [
                "watch", "run", "outcome", "observed", "changed", "unchanged", "absent", "conflicts", "requests",
                "notModified", "bytes", "seconds",
            ])
        #expect(row["watch"] == "w" && row["outcome"] == "completed" && row["observed"] == 1)
    }
}

/// What a progress callback was told.
final class Told: Sendable {
    private let progress = Mutex<[LookProgress]>([])
    func add(_ one: LookProgress) { progress.withLock { $0.append(one) } }
    var all: [LookProgress] { progress.withLock { $0 } }
}
