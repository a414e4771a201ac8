// When a run looks wrong, and what may then be said of what it missed.

import Observations
import Testing

@testable import Ingestors

@Suite struct ExpectationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var present: Int
        var missed: Int
        var found: Int
        var drop = 0.2
        var bounds = "1.."
        var keyless = 0
        var topics: Int?
        var suspicions: [Suspicion]

        var testDescription: String {
            "\(missed) of \(present) missed, \(found) found within \(bounds), drop \(drop), topics \(topics ?? -1), keyless \(keyless)"
        }
    }

    static let cases = [
        Case(present: 0, missed: 0, found: 40, suspicions: []),
        Case(present: 0, missed: 0, found: 0, suspicions: [.items]),
        Case(present: 0, missed: 0, found: 0, bounds: "0..", suspicions: []),
        Case(present: 100, missed: 0, found: 100, suspicions: []),
        Case(present: 100, missed: 20, found: 80, suspicions: []),
        Case(present: 100, missed: 21, found: 79, suspicions: [.drop]),
        Case(present: 100, missed: 29, found: 71, drop: 0.29, suspicions: []),
        Case(present: 100, missed: 30, found: 70, drop: 0.29, suspicions: [.drop]),
        Case(present: 7, missed: 5, found: 2, suspicions: []),
        Case(present: 7, missed: 6, found: 1, suspicions: [.drop]),
        Case(present: 5, missed: 5, found: 1, suspicions: []),
        Case(present: 5, missed: 5, found: 0, suspicions: [.items]),
        Case(present: 6, missed: 6, found: 9, suspicions: [.drop]),
        Case(present: 100, missed: 5, found: 95, drop: 0, suspicions: []),
        Case(present: 100, missed: 6, found: 94, drop: 0, suspicions: [.drop]),
        Case(present: 100, missed: 100, found: 50, drop: 1, suspicions: []),
        Case(present: 100, missed: 100, found: 0, suspicions: [.items, .drop]),
        Case(present: 10, missed: 0, found: 501, bounds: "10..500", suspicions: [.items]),
        Case(present: 10, missed: 0, found: 500, bounds: "10..500", suspicions: []),
        Case(present: 10, missed: 1, found: 9, bounds: "10..500", suspicions: [.items]),
        Case(present: 10, missed: 1, found: 12, bounds: "12", suspicions: []),
        Case(present: 0, missed: 0, found: 0, topics: 0, suspicions: [.topics, .items]),
        Case(present: 9, missed: 9, found: 0, topics: 0, suspicions: [.topics, .items, .drop]),
        Case(present: 0, missed: 0, found: 0, bounds: "0..", topics: 0, suspicions: [.topics]),
        Case(present: 9, missed: 0, found: 9, topics: 3, suspicions: []),
        Case(present: 9, missed: 0, found: 9, keyless: 2, suspicions: []),
        Case(present: 9, missed: 1, found: 8, keyless: 1, suspicions: [.keyless]),
        Case(present: 9, missed: 8, found: 1, keyless: 1, suspicions: [.drop, .keyless]),
    ]

    @Test(arguments: cases) func judgesARun(_ it: Case) throws {
        let expect = Expectation(items: try #require(ItemBounds(it.bounds)), drop: it.drop)
        let counts = RunCounts(
            present: it.present, missed: it.missed, found: it.found, keyless: it.keyless, topics: it.topics)
        #expect(expect.suspicions(counts) == it.suspicions)
    }

    static let conclusions: [(failed: Bool, suspicions: [Suspicion], found: Int, Conclusion)] = [
        (false, [], 10, .absent),
        (false, [.drop], 10, .absentWhereConfirmed),
        (false, [.drop], 0, .none),
        (false, [.items], 10, .none),
        (false, [.drop, .items], 10, .none),
        (false, [.topics], 0, .none),
        (false, [.keyless], 10, .none),
        (false, [.drop, .keyless], 10, .none),
        (true, [], 10, .none),
        (true, [.drop], 10, .none),
    ]

    @Test(arguments: conclusions)
    func onlyACompleteRunConcludesAbsence(_ it: (failed: Bool, suspicions: [Suspicion], found: Int, Conclusion)) {
        #expect(Conclusion(failed: it.failed, suspicions: it.suspicions, found: it.found) == it.3)
    }
}

@Suite struct ItemBoundsTests {
    @Test(
        arguments: [
            ("1..", 1, nil), ("10..500", 10, 500), ("..500", 0, 500), ("12", 12, 12), ("0..0", 0, 0), ("0..", 0, nil),
        ] as [(String, Int, Int?)])
    func reads(text: String, lower: Int, upper: Int?) throws {
        let bounds = try #require(ItemBounds(text))
        #expect(bounds.lower == lower)
        #expect(bounds.upper == upper)
    }

    @Test(arguments: [
        "", "..", "5..1", "-1..", "a..b", "1...3", "1..x", "1.5..", " 1..", "+1..", "99999999999999999999..",
    ])
    func refuses(text: String) {
        #expect(ItemBounds(text) == nil)
    }

    @Test(arguments: ["1..", "10..500", "0..7"]) func isWrittenAsItIsRead(text: String) {
        #expect(ItemBounds(text)?.description == text)
    }
}
