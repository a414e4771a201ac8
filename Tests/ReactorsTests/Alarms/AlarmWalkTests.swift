// When an alarm changes: at the moment a datapoint was recorded, or at a period's end, and the same whoever asks when.

import EventLog
import Projections
import Testing

@testable import Reactors

@Suite("An alarm's way through time")
struct AlarmWalkTests {
    @Test("an error raises it when it is recorded, and a period in which there was none clears it")
    func comesAndGoes() throws {
        let errors = points([70: 1, 80: 1, 130: 0, 600: 1])
        #expect(try story(rule(), errors, until: 700) == ["70 ALARM", "180 OK", "360 INSUFFICIENT_DATA", "600 ALARM"])
        #expect(
            try story(rule(missing: .notBreaching), errors, until: 700)
                == ["0 OK", "70 ALARM", "180 OK", "600 ALARM"])
        #expect(try story(rule(missing: .ignore), errors, until: 700) == ["70 ALARM", "180 OK", "600 ALARM"])
        #expect(try story(rule(missing: .breaching), errors, until: 700) == ["0 ALARM", "180 OK", "360 ALARM"])
    }

    @Test("it does not flap while a period fills up: a sum that has only begun is no sum")
    func fillingUp() throws {
        let errors = points([10: 1, 20: 1, 30: 1, 70: 1, 80: 1, 90: 1, 130: 1])
        #expect(
            try story(rule("run.errors", .sum, ">= 3"), errors, until: 400) == [
                "30 ALARM", "180 OK", "360 INSUFFICIENT_DATA",
            ])
        let items = points([10: 1, 20: 9, 70: 1], of: "run.items")
        #expect(try story(rule("run.items", .sum, "< 5"), items, until: 130) == ["20 OK", "120 ALARM"])
        #expect(try story(rule("run.items", .average, "< 5"), items, until: 130) == ["60 OK", "120 ALARM"])
    }

    @Test("so many of so many periods have to be beyond")
    func someOfMany() throws {
        let errors = points([10: 1, 70: 0, 130: 1, 190: 1, 250: 0, 310: 0, 370: 0])
        #expect(try story(rule(evaluate: "2 of 3"), errors, until: 430) == ["120 OK", "130 ALARM", "360 OK"])
        #expect(try story(rule(evaluate: "3 of 3"), errors, until: 430) == ["120 OK"])
    }

    @Test("a checker that looks no more ages until somebody hears of it, and is young after a good look")
    func ages() throws {
        let good = points([100: 100_000, 200: 200_000, 3000: 3_000_000], of: "run.age")
        let rule = try rule("run.age", .maximum, "> 600")
        #expect(story(rule, good, until: 9000) == ["120 OK", "840 ALARM", "3060 OK", "3660 ALARM"])
    }

    @Test("of several watches the oldest look counts")
    func severalAges() throws {
        let v = points([50: 50_000], of: "run.age", label: "v")
        let w = points([100: 100_000, 500: 500_000, 900: 900_000], of: "run.age")
        let all = (v + w).sorted { $0.recorded < $1.recorded }
        #expect(try story(rule("run.age", .maximum, ">= 600", labels: nil), all, until: 960) == ["60 OK", "660 ALARM"])
        #expect(try story(rule("run.age", .minimum, ">= 600", labels: nil), all, until: 960) == ["60 OK"])
    }

    @Test("what it comes to does not depend on how often it is evaluated", arguments: [1.0, 7, 60, 61, 500, 5000])
    func steps(step: Double) throws {
        let rules = try [
            rule(), rule(evaluate: "2 of 3"), rule("run.errors", .average, "> 0.4", evaluate: "3 of 5"),
            rule(missing: .ignore), rule("run.errors", .count, "< 2", missing: .breaching),
        ]
        let errors = points([
            5: 1, 30: 0, 59.999: 1, 60: 0, 61: 1, 180: 1, 240: 1, 250: 1, 251: 0, 700: 1, 1300: 0, 1900: 1, 1960: 1,
            2020: 1,
        ])
        for rule in rules {
            let whole = story(rule, errors, until: 5000)
            var walk = AlarmWalk(rule, state: rule.initial, since: at(0), isNew: true)
            var rest = errors[...]
            var changes: [String] = []
            for now in stride(from: step, through: 5000 + step, by: step) {
                let due = rest.prefix { $0.recorded <= at(now) }
                rest = rest.dropFirst(due.count)
                changes += walk.advance(to: at(now), taking: Array(due)).map(told)
            }
            #expect(changes == whole)
            #expect(!whole.isEmpty)
        }
    }

    @Test(
        "it can be taken up at any moment, from its state and what was recorded before",
        arguments: [0.0, 60, 61, 240, 250, 1000, 1960])
    func resuming(moment: Double) throws {
        let errors = points([5: 1, 61: 1, 180: 1, 240: 0, 250: 1, 251: 0, 700: 1, 1900: 1, 1960: 1])
        for rule in try [rule(), rule(evaluate: "2 of 3"), rule("run.errors", .average, "> 0.4", missing: .ignore)] {
            var first = AlarmWalk(rule, state: rule.initial, since: at(0), isNew: true)
            var changes = first.advance(to: at(moment), taking: errors.filter { $0.recorded <= at(moment) })
            var second = AlarmWalk(rule, state: first.state, since: at(moment), isNew: false)
            let known = errors.filter { $0.recorded < at(moment) && $0.recorded >= rule.rangeStart(at: at(moment)) }
            second.prepare(known)
            changes += second.advance(to: at(3000), taking: errors.filter { $0.recorded >= at(moment) })
            #expect(changes.map(told) == story(rule, errors, until: 3000))
        }
    }

    @Test("it says when it would change next, and nothing where it waits for what is recorded")
    func nextChange() throws {
        var walk = AlarmWalk(try rule(), state: .ok, since: at(0), isNew: false)
        _ = walk.advance(to: at(80), taking: points([70: 1]))
        #expect(walk.next() == at(300))
        _ = walk.advance(to: at(300), taking: [])
        #expect(walk.state == .insufficientData)
        #expect(walk.next() == nil)
        var age = AlarmWalk(
            try rule("run.age", .maximum, "> 3000", missing: .ignore), state: .ok, since: at(0), isNew: false)
        _ = age.advance(to: at(80), taking: points([70: 70_000], of: "run.age"))
        #expect(age.next() == at(3120))
    }

    @Test("a datapoint that was on its way when its moment was passed still counts at that moment")
    func late() throws {
        var walk = AlarmWalk(try rule(missing: .notBreaching), state: .ok, since: at(0), isNew: false)
        #expect(walk.advance(to: at(200), taking: []) == [])
        #expect(walk.advance(to: at(201), taking: points([119: 1])).map(told) == ["119 ALARM"])
        #expect(walk.advance(to: at(400), taking: []).map(told) == ["300 OK"])
    }

    @Test("a year of silence is passed over at once, and still ends in the right state", .timeLimit(.minutes(5)))
    func longSilence() throws {
        let year = 365 * 86_400.0
        let rare = try rule(evaluate: "3 of 5", period: 1)
        #expect(story(rare, points([10: 1, year: 1]), until: year + 1).suffix(1) == ["18 INSUFFICIENT_DATA"])
        let age = try rule("run.age", .maximum, "> 3600", period: 1)
        #expect(story(age, points([10: 10_000], of: "run.age"), until: year) == ["11 OK", "3611 ALARM"])
    }

    @Test("a watch that fails so often in a row is told of at once, and so is the first look that does not fail")
    func failing() throws {
        let alarm = try #require(AlarmDefinition.failing("w", failures: 3, to: ["c"]))
        let looks = points([10: 1, 20: 2, 30: 3, 40: 4, 50: 0, 60: 1], of: "run.failures-in-a-row")
        #expect(story(alarm.rule, looks, until: 100) == ["30 ALARM", "50 OK"])
    }

    @Test(
        "the reason of the alarm that every watch has says how many looks failed, and why the last one did",
        arguments: [
            (5, AlarmState.alarm, "the server answered 404", "5 looks in a row failed: the server answered 404"),
            (1, .alarm, nil, "1 look failed"), (12, .alarm, nil, "12 looks in a row failed"),
            (0, .ok, nil, "the last look did not fail"),
            (4, .ok, "no", "4 looks in a row failed, and 5 are too many"),
        ] as [(Double, AlarmState, String?, String)])
    func failingReason(value: Double, to: AlarmState, error: String?, expected: String) throws {
        let rule = try #require(AlarmDefinition.failing("w", failures: 5, to: ["c"])).rule
        let transition = AlarmTransition(
            time: at(9), from: .ok, to: to, cause: 7, periods: [EvaluatedPeriod(start: at(9), value: value)])
        #expect(rule.reason(transition, error: error) == expected)
    }

    @Test(
        "the reason says what was measured",
        arguments: [
            (
                "2 of 3", MissingData.missing, [10: 1.0, 70: 0, 130: 2],
                "2 of the last 3 datapoints were >= 1: the sum of run.errors of w over 1m was 1, 0, 2 (2 of 3 needed)"
            ),
            (
                "1 of 1", .missing, [10: 1],
                "1 of the last 1 datapoint was >= 1: the sum of run.errors of w over 1m was 1"
            ),
            (
                "1 of 1", .breaching, [:],
                "there is no datapoint of run.errors of w in the last 3 periods of 1m, which counts as beyond the threshold >= 1"
            ),
        ] as [(String, MissingData, KeyValuePairs<Double, Double>, String)])
    func reasons(evaluate: String, missing: MissingData, values: KeyValuePairs<Double, Double>, expected: String) throws
    {
        let rule = try rule(evaluate: evaluate, missing: missing)
        var walk = AlarmWalk(rule, state: .ok, since: at(0), isNew: true)
        let raised = try #require(walk.advance(to: at(150), taking: points(values)).first { $0.to == .alarm })
        #expect(rule.reason(raised) == expected)
    }
}
