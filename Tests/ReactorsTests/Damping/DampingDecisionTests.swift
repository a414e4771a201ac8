import CanonicalJSON
import EventLog
import Foundation
import Testing

@testable import Reactors

/// Minutes after ten in the evening.
private func evening(_ minutes: Double) -> Timestamp {
    Timestamp(millisecondsSinceEpoch: 1_795_212_000_000).adding(seconds: minutes * 60)
}

private let night = QuietHours("23:00-07:00", in: .gmt)
private let hourly = Damping.Flapping(count: 3, seconds: 3600)

@Suite("What is held, and until when")
struct DampingDecisionTests {
    func hold(
        _ damping: Damping, _ minutes: Double, earlier: [Double] = [], ofReactor: Damping.Group? = nil,
        ofSubject: Damping.Group? = nil
    ) -> Damping.Hold? {
        let sighting = Damping.Sighting(
            time: evening(minutes), earlier: earlier.map(evening), ofReactor: ofReactor, ofSubject: ofSubject)
        return damping.hold(sighting, at: evening(minutes))
    }

    @Test("the times are what they are meant to be")
    func clock() throws {
        #expect(evening(0).description.hasSuffix("T22:00:00.000Z"))
    }

    @Test("without settings nothing is held")
    func nothing() {
        #expect(hold(Damping(), 0, earlier: [0, 0, 0, 0]) == nil)
    }

    @Test("the first change opens a digest's window, and those that follow join it")
    func digest() throws {
        let damping = Damping(digestSeconds: 900)
        let first = try #require(hold(damping, 1))
        #expect(first == Damping.Hold(reason: .digest, until: evening(16)))
        let group = Damping.Group(reason: .digest, since: evening(1), until: first.until)
        #expect(hold(damping, 15, ofReactor: group) == first)
    }

    @Test("quiet hours hold until they end, and end a digest's window later")
    func quiet() {
        #expect(hold(Damping(quiet: night), 59) == nil)
        #expect(hold(Damping(quiet: night), 60) == Damping.Hold(reason: .quiet, until: evening(9 * 60)))
        let both = Damping(digestSeconds: 900, quiet: night)
        #expect(hold(both, 30) == Damping.Hold(reason: .digest, until: evening(45)))
        #expect(hold(both, 50) == Damping.Hold(reason: .digest, until: evening(9 * 60)))
        #expect(hold(both, 70) == Damping.Hold(reason: .quiet, until: evening(9 * 60)))
    }

    @Test(
        "after three changes of a subject within the hour the next is folded",
        arguments: [
            ([], false), ([0, 10], false), ([0, 10, 20], true), ([-60, 10, 20], false), ([-31, 10, 20], false),
            ([-29, 10, 20], true),
        ] as [([Double], Bool)])
    func damped(earlier: [Double], isHeld: Bool) {
        let hold = hold(Damping(flapping: hourly), 30, earlier: earlier)
        #expect(hold == (isHeld ? Damping.Hold(reason: .damped, until: evening(90)) : nil))
    }

    @Test("what is folded stays so with every further change, until there was none for an hour")
    func settling() throws {
        let damping = Damping(flapping: hourly)
        var group = Damping.Group(reason: .damped, since: evening(30), until: evening(90))
        for minutes in [40.0, 80, 130] {
            let next = try #require(hold(damping, minutes, ofSubject: group))
            #expect(next == Damping.Hold(reason: .damped, until: evening(minutes + 60)))
            group.until = next.until
        }
    }

    @Test("what never settles is summed up after 24 times as long")
    func endless() {
        let group = Damping.Group(reason: .damped, since: evening(0), until: evening(23.9 * 60))
        let hold = hold(Damping(flapping: hourly), 23.5 * 60, ofSubject: group)
        #expect(hold == Damping.Hold(reason: .damped, until: evening(24 * 60)))
    }

    @Test("what settles at a quiet hour is told when that ends")
    func settlesInQuiet() {
        let damping = Damping(quiet: night, flapping: hourly)
        #expect(
            hold(damping, 30, earlier: [0, 10, 20]) == Damping.Hold(reason: .damped, until: evening(9 * 60)))
        // At night all of it is held alike.
        #expect(hold(damping, 70, earlier: [0, 10, 20])?.reason == .quiet)
    }

    @Test("what belongs to something that is held goes with it under other settings too, so that order is kept")
    func otherSettings() {
        let group = Damping.Group(reason: .quiet, since: evening(0), until: evening(9 * 60))
        #expect(
            hold(Damping(digestSeconds: 60), 70, ofReactor: group)
                == Damping.Hold(reason: .quiet, until: evening(9 * 60)))
        let folded = Damping.Group(reason: .damped, since: evening(0), until: evening(5))
        #expect(
            hold(Damping(digestSeconds: 60), 3, ofSubject: folded) == Damping.Hold(reason: .damped, until: evening(5)))
    }
}

@Suite("Holdings")
struct HoldingsTests {
    @Test("are due in the order in which they began, each with what came last")
    func order() {
        var holdings = Holdings()
        let (reactor, a) = (Holdings.Key(route: 0, subject: nil), Holdings.Key(route: 0, subject: "A"))
        holdings.add(Damping.Hold(reason: .damped, until: evening(10)), to: a, at: evening(0))
        holdings.add(Damping.Hold(reason: .quiet, until: evening(5)), to: reactor, at: evening(1))
        holdings.add(Damping.Hold(reason: .damped, until: evening(6)), to: a, at: evening(2))
        #expect(holdings.next == evening(5) && holdings.count == 3)
        #expect(holdings.due(at: evening(4)).isEmpty)
        #expect(holdings.due(at: evening(5)) == [reactor])
        #expect(holdings.due(at: evening(10)) == [a, reactor])
        holdings.remove(1, of: a)
        #expect(holdings.count == 2 && holdings[0, "A"]?.since == evening(0))
        holdings.remove(1, of: a)
        #expect(holdings.count == 1 && holdings[0, "A"] == nil && holdings.next == evening(5))
    }
}

@Suite("What a gathered message lists")
struct ChangeListingTests {
    @Test("is bounded in number and in bytes, and never nothing")
    func bounds() {
        var many = ChangeListing()
        for number in 0..<200 where !many.isFull { many.add(["n": .number(Double(number))]) }
        #expect(many.changes.count == GatheredChanges.listedMax)

        var large = ChangeListing()
        for _ in 0..<5 where !large.isFull { large.add(["text": .string(String(repeating: "x", count: 90_000))]) }
        #expect(large.changes.count == 2)

        var huge = ChangeListing()
        huge.add(["text": .string(String(repeating: "x", count: GatheredChanges.listedBytesMax * 2))])
        huge.add(["n": 1])
        #expect(huge.changes.count == 1 && huge.isFull)
    }
}
