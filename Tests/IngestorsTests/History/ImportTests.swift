import CanonicalJSON
import EventLog
import Extraction
import Foundation
import Observations
import Testing
import Transport

@testable import Ingestors

@Suite("Importing a history", .timeLimit(.minutes(5)))
struct ImportTests {
    private let past: Past

    init() throws { past = try Past() }

    @Test("each saved version is a run, at the time it was saved, and says what it was read from")
    func runs() async throws {
        let repository = try Repository(.minutes("A=1 B=1", "A=2 B=1", "A=2 B=1 C=1"))
        let report = try await past.take(repository)
        #expect(try past.story() == "A=1 B=1 [0 completed] A=2 [1 completed] C=1 [2 completed]")
        let commits = try repository.commits()
        let events = try past.events()
        #expect(
            events.map(\.evidence)
                == [0, 0, 0, 1, 1, 2, 2].map { "git:\(commits[$0]):shelf.xml" })
        #expect(events.allSatisfy { $0.source == "/import/me" && $0.recordedTime != $0.time && $0.causation == nil })
        #expect(events.map(\.time) == [0, 0, 0, 60, 60, 120, 120].map { at($0) })
        #expect(events.map { $0.id.split(separator: ".").last } == ["1", "2", "3", "1", "2", "1", "2"])
        #expect(report.runs == [.completed: 3] && report.events == 7 && report.versions == 3 && report.left == 0)
        #expect(report.first == at(0) && report.last == at(120))
        let run = try RunEnded(json: events[4].data)
        #expect(run.observed == 2 && run.changed == 1 && run.unchanged == 1 && run.missed == [] && run.seconds == 0)
        #expect(run.requests == 0 && run.bytes == list("A=2 B=1").utf8.count)
        #expect(try FileManager.default.subpathsOfDirectory(atPath: past.folder + "/blobs").isEmpty)
    }

    @Test("a version without the file is no run, one that cannot be read a failed run, and both conclude nothing")
    func unsound() async throws {
        var versions: [Saved] = .minutes("A=1", nil, "A=1", "broken", "A=2")
        versions[3].text = "<?xml version=\"1.0\"?><ul><li id='A'>"
        let report = try await past.take(try Repository(versions))
        #expect(try past.story() == "A=1 [0 completed] [2 completed] [3 failed] A=2 [4 completed]")
        #expect(report.missing == 1 && report.runs == [.completed: 3, .failed: 1] && report.left == 0)
        let failed = try #require(try past.events().first { $0.type == "run.failed" })
        let run = try RunEnded(json: failed.data)
        let evidence = try #require(failed.evidence)
        #expect(run.error?.hasPrefix("\(evidence): the page is not the XML it should be") == true)
        #expect(run.error?.hasSuffix("Premature end of data in tag li line 1") == true, "the line is said once")
        #expect(run.failures?.map(\.url) == [evidence] && run.missed == nil)
    }

    @Test("a symbolic link is a failed run that says so, whatever it leads to")
    func links() async throws {
        let versions = [
            Saved(list("A=1"), at: 0), Saved("newest.xml", at: 60, mode: "120000"), Saved(list("A=2"), at: 120),
        ]
        try await past.take(try Repository(versions))
        #expect(try past.story() == "A=1 [0 completed] [1 failed] A=2 [2 completed]")
        let failed = try #require(try past.events().first { $0.type == "run.failed" })
        #expect(try RunEnded(json: failed.data).error?.hasSuffix("it is no file there but a symbolic link") == true)
    }

    @Test("a version that is larger than a page may be is a failed run, and nothing of it is kept in memory")
    func tooLarge() async throws {
        var definition = try Past.watch()
        definition.fetch.limits.size = 200
        let long = list("A=" + String(repeating: "x", count: 300))
        let versions = [Saved(list("A=1"), at: 0), Saved(long, at: 60), Saved(list("A=2"), at: 120)]
        try await past.take(try Repository(versions), definition)
        #expect(try past.story() == "A=1 [0 completed] [1 failed] A=2 [2 completed]")
    }

    @Test("what is expected of a run holds for the saved times: a mass loss is believed after three runs over an hour")
    func expectations() async throws {
        let all = (0..<20).map { "I\($0)=1" }.joined(separator: " ")
        let few = (0..<5).map { "I\($0)=1" }.joined(separator: " ")
        let times: [Double] = [0, 600, 1200, 1800, 4200, 4260]
        // A commit that changes nothing is none of the file's versions: each ends in a remark of its own.
        let versions = zip(times, [all, few, few, few, few, few]).map { Saved(list($1) + "<!-- \($0) -->", at: $0) }
        try await past.take(try Repository(versions))
        let gone = (5..<20).map { "-I\($0)" }.sorted().joined(separator: " ")
        let story = try past.story()
        #expect(
            story
                == "\(all) [0 completed] [10 suspect] [20 suspect] [30 suspect] \(gone) [70 suspect] [71 completed]")
    }

    @Test(
        "of an item that a version has twice, the first counts where it is new; the order of what is known is no change"
    )
    func twice() async throws {
        let lists = ["A=1", "A=2 A=1", "A=1 A=2", "A=2 A=1", "A=1", "A=2 A=1", "A=3 A=2", "A=2 A=3", "A=2"]
        let story =
            "A=1 [0 completed] A=2 [1 completed] [2 completed] [3 completed] A=1 [4 completed] [5 completed] "
            + "A=3 [6 completed] [7 completed] A=2 [8 completed]"
        let versions = lists.enumerated().map { Saved(list($1), at: Double($0) * 60) }
        for stop in [Int.max, 3, 7] {
            let past = try Past()
            let repository = try Repository(versions)
            try await past.take(repository, stop: stop)
            try await past.take(repository)
            #expect(try past.story() == story)
            let runs = try past.events().filter { $0.type == "run.completed" }.map { try RunEnded(json: $0.data) }
            #expect(runs.map(\.conflicts) == [0, 1, 1, 1, 0, 1, 1, 1, 0])
        }
    }

    @Test("a file that is empty of items is suspect and takes nobody away")
    func empty() async throws {
        try await past.take(try Repository(.minutes("A=1", "", "A=1")))
        #expect(try past.story() == "A=1 [0 completed] [1 suspect] [2 completed]")
    }

    @Test("where the committers' clocks went back, a run is put at the time of the one before it")
    func clocks() async throws {
        let versions = [
            Saved(list("A=1"), at: 600), Saved(list("A=2"), at: 60), Saved(list("A=3"), at: 540),
            Saved(list("A=4"), at: 660),
        ]
        try await past.take(try Repository(versions))
        #expect(try past.story() == "A=1 [10 completed] A=2 [10 completed] A=3 [10 completed] A=4 [11 completed]")
    }

    @Test("all branches count, along first parents, in the order of their times")
    func branches() async throws {
        let repository = try Repository(.minutes("A=1", "A=2"))
        try repository.save([Saved(list("A=9"), at: 90)], on: "other", from: "refs/heads/main")
        try repository.save([Saved(list("A=3"), at: 180)])
        try await past.take(repository)
        #expect(try past.story() == "A=1 [0 completed] A=2 [1 completed] A=9 [1 completed] A=3 [3 completed]")
    }
}

@Suite("An import that is not the first", .timeLimit(.minutes(5)))
struct ImportAgainTests {
    private static let lists: [String?] = [
        "A=1 B=1 C=1 D=1 E=1 F=1 G=1", "A=1", "A=1 B=2", nil, "A=2", "A=2 C=1", "A=3 B=1 C=1", "A=3", "A=4 H=1", "H=2",
    ]
    private static var versions: [Saved] {
        lists.enumerated().map { Saved($1.map { list($0) }, at: Double($0) * 1800) }
    }

    @Test("one that was stopped goes on where it was: no run twice, none lost, the same log", arguments: 1..<10)
    func resumed(stop: Int) async throws {
        let repository = try Repository(Self.versions)
        let (whole, parts) = (try Past(), try Past())
        try await whole.take(repository)
        let stopped = try await parts.take(repository, runsAtOnce: 2, stop: stop)
        #expect(
            stopped.runCount + stopped.missing >= min(stop, 1)
                && stopped.left == 10 - stopped.runCount - stopped.missing)
        let again = try await parts.take(repository, runsAtOnce: 4, stop: stop)
        if again.left > 0 { try await parts.take(repository) }
        #expect(try parts.lines() == (try whole.lines()))
    }

    @Test("again and again after a version or two, what items were missed is remembered from the log")
    func small() async throws {
        let repository = try Repository(Self.versions)
        let (whole, parts) = (try Past(), try Past())
        try await whole.take(repository)
        for _ in 0..<12 { try await parts.take(repository, stop: 2) }
        #expect(try parts.lines() == (try whole.lines()))
    }

    @Test("when all is there, there is nothing new; what the repository has gained is taken up")
    func grown() async throws {
        let repository = try Repository(.minutes("A=1", "A=2"))
        let past = try Past()
        try await past.take(repository)
        let nothing = try await past.take(repository)
        #expect(nothing.runCount == 0 && nothing.earlier == 2 && nothing.left == 0)
        try repository.save([Saved(list("A=3"), at: 180), Saved(nil, at: 240)])
        let grown = try await past.take(repository)
        #expect(grown.runCount == 1 && grown.earlier == 2 && grown.missing == 1)
        #expect(try past.story() == "A=1 [0 completed] A=2 [1 completed] A=3 [3 completed]")
        #expect(try await past.take(repository).runCount == 0)
    }

    @Test("into a watch with newer events it is refused, and nothing is appended")
    func refused() async throws {
        let past = try Past()
        let draft = EventDraft(
            type: "item.observed", source: "/watches/w", subject: "w/A", id: EventID(run: .make(), number: 1),
            time: at(90), data: ["is": "1"])
        _ = try await past.log.append([draft])
        let repository = try Repository(.minutes("A=1", "A=2"))
        await #expect {
            try await past.take(repository)
        } throws: {
            "\($0)".hasPrefix("the watch w has events of 2027-01-15T08:01:30.000Z, which are newer than")
        }
        #expect(try past.log.end() == 1)
        // A history that is newer goes behind what there is.
        try await past.take(try Repository([Saved(list("A=1 B=1"), at: 120)]))
        #expect(try past.story() == "A=1 B=1 [2 completed]")
    }

    @Test("once the history was rewritten it is refused, and says from where", arguments: ["the end", "the whole"])
    func rewritten(what: String) async throws {
        let past = try Past()
        let repository = try Repository(.minutes("A=1", "A=2", "A=3", "A=4"))
        try await past.take(repository)
        let (end, commits) = (try past.log.end(), try repository.commits())
        if what == "the end" {
            try repository.git("update-ref", "refs/heads/main", commits[1])
        } else {
            try repository.git("update-ref", "-d", "refs/heads/main")
        }
        try repository.save([Saved(list("A=3"), at: 600), Saved(list("A=4"), at: 660), Saved(list("A=5"), at: 720)])
        let from = commits[what == "the end" ? 2 : 0].prefix(12)
        await #expect {
            try await past.take(repository)
        } throws: {
            "\($0)".hasPrefix(
                "the history of shelf.xml has been rewritten since it was imported into the watch w: commit \(from) is")
        }
        #expect(try past.log.end() == end)
    }

    @Test("a branch that was imported and then taken up by another may go")
    func merged() async throws {
        let past = try Past()
        let repository = try Repository(.minutes("A=1", "A=2"))
        try repository.save([Saved(list("A=3"), at: 180)], on: "other", from: "refs/heads/main")
        try await past.take(repository)
        try repository.save([Saved(list("A=3"), at: 240)], merging: "refs/heads/other")
        try repository.git("update-ref", "-d", "refs/heads/other")
        try repository.save([Saved(list("A=4"), at: 300)])
        try await past.take(repository)
        #expect(
            try past.story()
                == "A=1 [0 completed] A=2 [1 completed] A=3 [3 completed] [4 completed] A=4 [5 completed]")
    }

    @Test("another file of the same time is another history")
    func otherFile() async throws {
        let past = try Past()
        let repository = try Repository([
            Saved(list("A=1"), at: 0), Saved(list("A=1"), at: 60, path: "other.xml"), Saved(list("A=2"), at: 120),
        ])
        try await past.take(repository)
        await #expect(throws: IngestError.self) { try await past.take(repository, path: "other.xml") }
    }

    @Test("while someone looks at the watch, it waits for nobody and says so")
    func busy() async throws {
        let past = try Past()
        let repository = try Repository(.minutes("A=1"))
        let lease = try Lease.take("watch-w", in: past.folder)
        await #expect { try await past.take(repository) } throws: { "\($0)".contains("being looked at already") }
        _ = consume lease
    }

    @Test("an import decides as live looks at the same pages at the same times do", arguments: 1...4)
    func live(seed: Int) async throws {
        var state = UInt64(seed)
        func below(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(count))
        }
        var versions: [Saved] = []
        var seconds = 0.0
        for _ in 0..<30 {
            seconds += Double(60 * (1 + below(40)))
            let shown = (0..<30).filter { _ in below(5) > 0 }.prefix(below(4) == 0 ? 6 : 30)
            let text = list(shown.map { "I\($0)=\(below(3) == 0 ? 2 : 1)" }.joined(separator: " "))
            versions.append(Saved(below(9) == 0 ? String(text.dropLast(8)) : text, at: seconds))
        }
        let (past, book) = (try Past(), try Book())
        try await past.take(try Repository(versions))
        let definition = try book.watch(fields: ["is": "b"])
        for version in versions {
            book.wait(seconds: version.seconds - book.time.seconds(since: at(0)))
            try await book.site.put("shelf", try #require(version.text))
            try await book.look(definition)
        }
        func essence(_ events: [Event]) -> [String] {
            events.map { event in
                let isRun = event.type.hasPrefix("run.")
                return
                    "\(event.type) \(event.subject) \(event.time) \(isRun ? event.data["missed"]?.canonicalText ?? "" : event.data.canonicalText)"
            }
        }
        #expect(essence(try past.events()) == essence(try book.events()))
    }
}
