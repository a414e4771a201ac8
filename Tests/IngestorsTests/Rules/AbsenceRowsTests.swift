// A real mass removal is learned all the same: rows of misses, and what ends them and what does not.

import EventLog
import Testing

@testable import Ingestors

@Suite struct AbsenceRowsTests {
    /// A past run: when, and what it missed. Counting runs are complete or suspect by drop alone.
    struct Past: Sendable {
        var seconds: Double
        var missed: String
        var counts = true
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var confirm = 3
        var over = 3600.0
        /// Missed now, at 10,000 s.
        var missed = "A"
        /// Newest first.
        var past: [Past] = []
        var gone: String

        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "one miss is nothing", gone: ""),
        Case(name: "two are not enough", past: [Past(seconds: 5000, missed: "A")], gone: ""),
        Case(
            name: "three over an hour are", past: [Past(seconds: 8000, missed: "A"), Past(seconds: 6000, missed: "A")],
            gone: "A"),
        Case(
            name: "three over exactly an hour are",
            past: [Past(seconds: 8000, missed: "A"), Past(seconds: 6400, missed: "A")], gone: "A"),
        Case(
            name: "three over less are not",
            past: [Past(seconds: 8000, missed: "A"), Past(seconds: 6401, missed: "A")], gone: ""),
        Case(
            name: "more than three reach back further, measured from the first miss",
            past: [9000, 8000, 7000, 6000].map { Past(seconds: $0, missed: "A") }, gone: "A"),
        Case(
            name: "a run that saw it ends the row",
            past: [
                Past(seconds: 8000, missed: "A"), Past(seconds: 7000, missed: ""), Past(seconds: 5000, missed: "A"),
            ], gone: ""),
        Case(
            name: "a failed run ends no row and confirms nothing",
            past: [
                Past(seconds: 9000, missed: "", counts: false), Past(seconds: 8000, missed: "A"),
                Past(seconds: 7000, missed: "", counts: false), Past(seconds: 5000, missed: "A"),
            ], gone: "A"),
        Case(
            name: "runs that do not count are not counted",
            past: [Past(seconds: 8000, missed: "A", counts: false), Past(seconds: 5000, missed: "A")], gone: ""),
        Case(
            name: "each item has its own row", missed: "A B C",
            past: [Past(seconds: 8000, missed: "A B"), Past(seconds: 5000, missed: "A C")], gone: "A"),
        Case(
            name: "one that was never missed now is not looked for", missed: "A",
            past: [Past(seconds: 8000, missed: "B"), Past(seconds: 5000, missed: "B")], gone: ""),
        Case(name: "confirm 1 over nothing is at once", confirm: 1, over: 0, gone: "A"),
        Case(
            name: "confirm 1 over an hour waits for the hour", confirm: 1, past: [Past(seconds: 9000, missed: "A")],
            gone: ""),
        Case(
            name: "confirm 1 over an hour, and the hour is over", confirm: 1,
            past: [Past(seconds: 9000, missed: "A"), Past(seconds: 6000, missed: "A")], gone: "A"),
    ]

    @Test(arguments: cases) func findsWhatIsConfirmed(_ it: Case) {
        let missed = Dictionary(uniqueKeysWithValues: keys(it.missed).map { ($0, UInt64(0)) })
        var rows = AbsenceRows(
            missed: missed, at: at(10_000), expect: Expectation(confirm: it.confirm, confirmOver: it.over))
        for run in it.past {
            rows.take(
                PastRun(
                    time: at(run.seconds), sequence: UInt64(run.seconds), counts: run.counts, missed: keys(run.missed)))
        }
        #expect(rows.confirmed == keys(it.gone))
    }

    @Test func anEventOfTheItemEndsItsRow() {
        // Gone by the runs at 5000 to 7000, then seen again at 7500 by a run that failed elsewhere.
        var rows = AbsenceRows(missed: ["A": 7500], at: at(10_000), expect: Expectation())
        for seconds in [8000.0, 7000, 6000, 5000] {
            rows.take(PastRun(time: at(seconds), sequence: UInt64(seconds), counts: true, missed: ["A"]))
        }
        #expect(rows.confirmed.isEmpty)
        #expect(rows.isSettled)
    }

    @Test func itNeedNotReadFurtherThanTheRowsGo() {
        var rows = AbsenceRows(missed: ["A": 0, "B": 0], at: at(10_000), expect: Expectation())
        #expect(!rows.isSettled)
        rows.take(PastRun(time: at(8000), sequence: 8, counts: true, missed: ["A"]))
        #expect(!rows.isSettled)
        rows.take(PastRun(time: at(5000), sequence: 5, counts: true, missed: ["A"]))
        #expect(rows.isSettled)
    }

    private func keys(_ text: String) -> Set<ItemKey> { Set(text.split(separator: " ").map { ItemKey(String($0)) }) }
}
