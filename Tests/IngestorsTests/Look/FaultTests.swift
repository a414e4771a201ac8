// "Could not tell" never becomes "gone": broken pages, vanishing topics, mass removals.

import CanonicalJSON
import EventLog
import Observations
import Testing
import Transport

@testable import Ingestors

@Suite(.timeLimit(.minutes(5))) struct FaultTests {
    let book: Book

    init() throws { book = try Book() }

    struct Fault: Sendable, CustomTestStringConvertible {
        var name: String
        var body: [UInt8] = []
        var how: [String: String] = [:]
        /// Part of the reason that is given.
        var reason: String

        var testDescription: String { name }

        init(_ name: String, _ body: String, _ how: [String: String] = [:], reason: String) {
            self.init(name, bytes: Array(body.utf8), how, reason: reason)
        }

        init(_ name: String, bytes: [UInt8], _ how: [String: String] = [:], reason: String) {
            self.name = name
            body = bytes
            self.how = how
            self.reason = reason
        }
    }

    static let captcha =
        "<html><head><title>Are you a human?</title></head><body><h1>Are you a human?</h1><form><div class=g-recaptcha></div></form></body></html>"
    static let faults = [
        Fault("a captcha", captcha, reason: "captcha"),
        Fault("cut short", shelf("A=1 B=2"), ["Fault": "cut"], reason: "cut short"),
        Fault("503", "not now", ["Status": "503"], reason: "503"),
        Fault("403", "no", ["Status": "403"], reason: "403"),
        Fault("404", "no", ["Status": "404"], reason: "404"),
        Fault("204", "", ["Status": "204"], reason: "204"),
        Fault("304 that nobody asked for", "", ["Status": "304"], reason: "not asked for changes"),
        Fault("no byte at all", "", reason: "empty"),
        Fault("garbage", bytes: (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31 >> 3) }, reason: "no text"),
        Fault(
            "a PNG", bytes: [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10] + Array(repeating: 0, count: 500),
            ["Type": "image/png"], reason: "no text"),
        Fault("a bomb", "", ["Fault": "bomb"], reason: "inflates to more than"),
        Fault("hanging up", "", ["Fault": "hangup"], reason: "hung up"),
    ]

    @Test(arguments: faults) func aBrokenPageFailsTheRunAndNobodyIsGone(_ fault: Fault) async throws {
        try await book.site.put("shelf", shelf("A=1 B=2"))
        let definition = try book.watch { $0.fetch.retries = 0 }
        try await book.look(definition)
        // Without validators: the page is asked for as if it were new.
        book.forgetPages()
        try await book.site.put("shelf", bytes: fault.body, fault.how)
        let report = try await book.look(definition)
        #expect(report.outcome == .failed)
        let run = try #require(try book.lastRun())
        #expect(run.failures?.count == 1)
        #expect(run.failures?.first?.reason.contains(fault.reason) == true, "\(run.failures?.first?.reason ?? "")")
        #expect(run.error?.contains("1 of 1 pages failed") == true)
        #expect(run.missed == nil && run.absent == 0)
        #expect(try book.present() == "A=1 B=2")
        try await book.site.put("shelf", shelf("A=1 B=2"))
        #expect(try await book.news(definition) == ["run.completed"])
    }

    @Test func aPageOfWhiteSpaceIsAPageWithoutItems() async throws {
        try await book.site.put("topics", #"<a id="x"></a><a id="y"></a>"#)
        try await book.site.put("x", shelf("A=1"))
        try await book.site.put("y", "   \n  \n")
        #expect(try await book.news(try book.watch("{topic}", topics: "topics")) == ["A=1", "run.completed"])
    }

    @Test func whatPassesIsTriedAgain() async throws {
        try await book.site.put("shelf", shelf("A=1"), ["Status": "503", "Times": "2"])
        let report = try await book.look(try book.watch())
        #expect(report.outcome == .completed && report.summary.requests == 3)
    }

    @Test func aPageThatFailsTakesNothingFromTheOthers() async throws {
        try await book.site.put("topics", #"<a id="x"></a><a id="y"></a>"#)
        try await book.site.put("x", shelf("A=1 B=1"))
        try await book.site.put("y", shelf("B=1 C=1"))
        let definition = try book.watch("{topic}", topics: "topics") { $0.fetch.retries = 0 }
        try await book.look(definition)
        try await book.site.put("x", shelf("A=2 B=2 D=1"))
        try await book.site.put("y", "no", ["Status": "500"])
        #expect(try await book.news(definition) == ["A=2", "B=2", "D=1", "run.failed"])
        let run = try #require(try book.lastRun())
        #expect(run.failures?.first?.topic == "y")
        #expect(run.error?.contains("1 of 2 pages failed") == true)
        try await book.site.put("y", shelf("B=2 C=1"))
        #expect(try await book.news(definition) == ["run.completed"])
    }

    @Test func anItemThatPagesShowDifferentlyDoesNotFlapWhenOneOfThemFails() async throws {
        try await book.site.put("topics", #"<a id="x"></a><a id="y"></a>"#)
        try await book.site.put("x", shelf("A=1"))
        try await book.site.put("y", shelf("A=2"))
        let definition = try book.watch("{topic}", topics: "topics") { $0.fetch.retries = 0 }
        try await book.look(definition)
        try await book.site.put("x", "no", ["Status": "500"])
        #expect(try await book.news(definition) == ["run.failed"])
        try await book.site.put("x", shelf("A=1"))
        #expect(try await book.news(definition) == ["run.completed"])
    }

    @Test func aTopicListThatFailsFailsTheRun() async throws {
        try await book.site.put("topics", "no", ["Status": "403"])
        let report = try await book.look(try book.watch("{topic}", topics: "topics"))
        #expect(report.outcome == .failed)
        #expect(report.summary.error?.hasPrefix("the list of topics at") == true)
    }

    @Test func topicsThatAllVanishAreSuspect() async throws {
        try await book.site.put("topics", #"<a id="x"></a>"#)
        try await book.site.put("x", shelf("A=1"))
        let definition = try book.watch("{topic}", topics: "topics")
        try await book.look(definition)
        try await book.site.put("topics", "<p>Nothing to choose from</p>")
        let report = try await book.look(definition)
        #expect(report.outcome == .suspect)
        #expect(report.summary.suspicions == [.topics, .items])
        #expect(report.summary.missed == ["A"])
        #expect(try book.present() == "A=1")
    }

    @Test func aTopicThatVanishesTakesItsItemsAlong() async throws {
        try await book.site.put("topics", #"<a id="x"></a><a id="y"></a><a id="x"></a><a id=""></a>"#)
        try await book.site.put("x", shelf("A=1"))
        try await book.site.put("y", shelf("A=1 B=1"))
        let definition = try book.watch("{topic}", topics: "topics")
        #expect(try await book.look(definition).summary.topics == 2)
        try await book.site.put("topics", #"<a id="x"></a>"#)
        #expect(try await book.news(definition) == ["-B", "run.completed"])
    }

    @Test func whoHasNoKeyMayBeWhoIsMissed() async throws {
        try await book.site.put("shelf", shelf("A=1 B=2 =head"))
        #expect(try await book.look(try book.watch()).outcome == .completed)
        try await book.site.put("shelf", shelf("A=1 =2 =head"))
        let report = try await book.look(try book.watch())
        #expect(report.outcome == .suspect)
        #expect(report.summary.suspicions == [.keyless] && report.summary.keyless == 2)
        #expect(try book.present() == "A=1 B=2")
        // What has never had a key hides nobody.
        try await book.site.put("shelf", shelf("A=1 =head"))
        #expect(try await book.news(try book.watch()) == ["-B", "run.completed"])
    }

    @Test func aSecretInAURLDoesNotGetIntoTheLog() async throws {
        try await book.site.put("shelf?key=s3cret", "no", ["Status": "403"])
        try await book.look(try book.watch("shelf?key=s3cret"))
        let lines = try book.events().map(\.line).joined()
        #expect(!lines.contains("s3cret"))
        #expect(lines.contains("shelf?key=***"))
    }
}

@Suite(.timeLimit(.minutes(5))) struct MassRemovalTests {
    let book: Book

    init() throws { book = try Book() }

    private func many(_ range: Range<Int>) -> String { shelf(range.map { "K\(10 + $0)=1" }.joined(separator: " ")) }

    @Test func itIsSuspectAtFirstAndLearnedInTheThirdRunOverAnHour() async throws {
        try await book.site.put("shelf", many(0..<30))
        try await book.look(try book.watch())
        try await book.site.put("shelf", many(0..<20))
        let first = try await book.look(try book.watch())
        #expect(first.outcome == .suspect && first.summary.suspicions == [.drop])
        #expect(first.summary.missed == (20..<30).map { "K\(10 + $0)" } && first.summary.absent == 0)
        book.wait(seconds: 1800)
        #expect(try await book.look(try book.watch()).summary.absent == 0)
        book.wait(seconds: 1799)
        #expect(try await book.look(try book.watch()).summary.absent == 0)
        // A run that fails in between confirms nothing and ends nothing.
        try await book.site.put("shelf", "no", ["Status": "403"])
        #expect(try await book.look(try book.watch()).outcome == .failed)
        try await book.site.put("shelf", many(0..<20))
        book.wait(seconds: 1)
        let last = try await book.look(try book.watch())
        #expect(last.summary.absent == 10)
        #expect(try await book.look(try book.watch()).outcome == .completed)
    }

    @Test func thePastIsReadAsFarBackAsItTakes() async throws {
        let runs = 2 * RunHistory.pageLength + 3
        try await book.site.put("shelf", many(0..<30) + shelf("=head"))
        let definition = try book.watch(expect: Expectation(confirm: runs, confirmOver: 0))
        try await book.look(definition)
        try await book.site.put("shelf", many(0..<20) + shelf("=head"))
        for _ in 1..<runs { #expect(try await book.look(definition).summary.suspicions == [.drop]) }
        #expect(try await book.look(definition).summary.absent == 10)
    }

    @Test func oneThatIsSeenInBetweenStaysAndTheOthersGo() async throws {
        try await book.site.put("shelf", many(0..<30))
        let definition = try book.watch(expect: Expectation(confirm: 3, confirmOver: 0))
        try await book.look(definition)
        try await book.site.put("shelf", many(0..<20))
        try await book.look(definition)
        try await book.site.put("shelf", many(0..<21))
        try await book.look(definition)
        try await book.site.put("shelf", many(0..<20))
        let report = try await book.look(definition)
        #expect(report.summary.absent == 9)
        #expect(report.summary.missed?.count == 10)
        #expect(try book.present().contains("K30=1"))
    }

    @Test func foundNothingConfirmsNothing() async throws {
        try await book.site.put("shelf", many(0..<30))
        let definition = try book.watch(expect: Expectation(confirm: 1, confirmOver: 0))
        try await book.look(definition)
        try await book.site.put("shelf", shelf(""))
        let report = try await book.look(definition)
        #expect(report.summary.suspicions == [.items, .drop] && report.summary.absent == 0)
    }

    @Test func aLongListOfMissedKeysIsKeptAsABlob() async throws {
        let name = String(repeating: "x", count: 1000)
        let keys = (100..<400).map { "\(name)\($0)" }
        try await book.site.put("shelf", shelf(keys.map { "\($0)=1" }.joined(separator: " ")))
        let definition = try book.watch(expect: Expectation(confirm: 2, confirmOver: 0))
        try await book.look(definition)
        try await book.site.put("shelf", shelf("\(keys[0])=1"))
        let report = try await book.look(definition)
        #expect(report.summary.missed == nil)
        let reference = try #require(report.summary.missedIn)
        let digest = try #require(Digest(reference: reference.blob))
        let blob = try #require(try book.log.blobs.get(digest))
        #expect(try JSON.parse(blob).arrayValue?.count == 299)
        #expect(blob.count == reference.size)
        // And it is read again where rows of misses are counted.
        #expect(try await book.look(definition).summary.absent == 299)
    }
}
