// What datapoints come to, held against the tables of the CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing
// data".

import Testing

@testable import Reactors

@Suite("What datapoints come to")
struct AlarmVerdictTests {
    /// The verdict over `0 - X`: within, missing, beyond the threshold, oldest first; RETAIN where the state stays.
    private func verdict(_ text: String, _ evaluate: String, _ missing: MissingData) throws -> String {
        let values = text.split(separator: " ").map { $0 == "-" ? nil : $0 == "X" ? 1.0 : 0.0 }
        switch try rule(evaluate: evaluate, missing: missing).verdict(values) {
        case .state(let state): return state.rawValue
        case .stays: return "RETAIN"
        }
    }

    private static let treatments: [MissingData] = [.missing, .ignore, .breaching, .notBreaching]

    @Test(
        "CloudWatch's own tables: three periods evaluated, five looked at",
        arguments: [
            ("3 of 3", "0 - X - X", ["OK", "OK", "OK", "OK"]),
            ("3 of 3", "0 - - - -", ["OK", "OK", "OK", "OK"]),
            ("3 of 3", "- - - - -", ["INSUFFICIENT_DATA", "RETAIN", "ALARM", "OK"]),
            ("3 of 3", "0 X X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]),
            ("3 of 3", "- - X - -", ["ALARM", "RETAIN", "ALARM", "OK"]),
            ("2 of 3", "0 - X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]),
            ("2 of 3", "0 0 X 0 X", ["ALARM", "ALARM", "ALARM", "ALARM"]),
            ("2 of 3", "0 - X - -", ["OK", "OK", "ALARM", "OK"]),
            ("2 of 3", "- - - - 0", ["OK", "OK", "ALARM", "OK"]),
            ("2 of 3", "- - - X -", ["ALARM", "RETAIN", "ALARM", "OK"]),
        ])
    func tables(evaluate: String, values: String, expected: [String]) throws {
        #expect(try rule(evaluate: evaluate).rangePeriods == 5)
        for (treatment, state) in zip(Self.treatments, expected) {
            #expect(try verdict(values, evaluate, treatment) == state, "\(treatment)")
        }
    }

    @Test(
        "an alarm is not raised prematurely: what is missing may yet turn out to be within",
        arguments: [
            ("3 of 3", "- - - - X", MissingData.missing, "RETAIN"), ("3 of 3", "- - - X -", .missing, "RETAIN"),
            ("3 of 3", "- - X - -", .missing, "ALARM"), ("3 of 3", "- - - X X", .missing, "RETAIN"),
            ("3 of 3", "- X - - -", .missing, "ALARM"), ("3 of 3", "- - - X 0", .missing, "OK"),
            ("3 of 3", "- - X - 0", .missing, "OK"), ("2 of 3", "- - - - X", .missing, "RETAIN"),
            // Two of three are needed, and there are two.
            ("2 of 3", "- - - X X", .missing, "ALARM"), ("2 of 3", "- - - X X", .ignore, "ALARM"),
            ("1 of 3", "- - - - X", .missing, "ALARM"), ("3 of 3", "- - - - X", .ignore, "RETAIN"),
        ])
    func premature(evaluate: String, values: String, missing: MissingData, expected: String) throws {
        #expect(try verdict(values, evaluate, missing) == expected)
    }

    @Test(
        "each comparison has its own side",
        arguments: [
            (">= 2", [1.0: false, 2: true, 3: true]), ("> 2", [1: false, 2: false, 3: true]),
            ("< 2", [1: true, 2: false, 3: false]), ("<= 2", [1: true, 2: true, 3: false]),
            (">= 0.0001", [0.00009: false, 0.0001: true]), ("> -2.5", [-2.5: false, -2.4: true]),
        ])
    func comparisons(text: String, expected: [Double: Bool]) throws {
        let threshold = try #require(AlarmThreshold(text))
        for (value, isBreached) in expected { #expect(threshold.isBreached(by: value) == isBreached, "\(value)") }
        #expect(threshold.description == text)
    }

    @Test(
        "a threshold is a comparison and a number",
        arguments: ["2", "= 2", ">= x", ">= inf", ">= 0x10", "=> 2", ">=", "", ">= 1 0"])
    func wrongThresholds(text: String) { #expect(AlarmThreshold(text) == nil) }

    @Test(
        "what is evaluated is so many of so many",
        arguments: [
            ("3 of 5", "3 of 5"), ("2", "2 of 2"), ("0 of 1", nil), ("3 of 2", nil), ("1 of 101", nil), ("of", nil),
            ("1 to 2", nil),
        ] as [(String, String?)])
    func evaluations(text: String, expected: String?) { #expect(AlarmEvaluation(text)?.description == expected) }
}

@Suite("Statistics")
struct StatisticTests {
    @Test(
        "a period's datapoints become one number",
        arguments: [
            ("sum", 10), ("average", 2.5), ("minimum", 1), ("maximum", 4), ("count", 4), ("p0", 1), ("p50", 2.5),
            ("p100", 4), ("p90", 3.7), ("p99.9", 3.997),
        ])
    func values(name: String, expected: Double) throws {
        let statistic = try #require(Statistic(name))
        var period = PeriodValues()
        #expect(period.value(statistic) == nil)
        for value in [4.0, 1, 3, 2] { period.add(value, for: statistic) }
        #expect(abs(try #require(period.value(statistic)) - expected) < 1e-9)
        #expect(statistic.description == name)
    }

    @Test("there are no others", arguments: ["median", "p", "p101", "p-1", "p5x", "latest", "Sum", ""])
    func unknown(name: String) { #expect(Statistic(name) == nil) }

    @Test(
        "a period that is not over counts where nothing can take its number to the other side",
        arguments: [
            ("sum", ">= 3", 3.0, true), ("sum", ">= 3", 2, false), ("sum", "< 3", 2, false), ("sum", "< 3", 3, true),
            ("count", "<= 1", 1, false), ("maximum", "> 5", 6, true), ("maximum", "> 5", 5, false),
            ("minimum", "< 5", 4, true), ("minimum", "< 5", 5, false), ("minimum", "> 5", 5, true),
            ("average", ">= 1", 9, false), ("p99", ">= 1", 9, false),
        ])
    func decided(name: String, threshold: String, value: Double, isDecided: Bool) throws {
        let statistic = try #require(Statistic(name))
        var period = PeriodValues()
        for _ in 0..<(name == "count" ? Int(value) : 1) { period.add(value, for: statistic) }
        let limit = try #require(AlarmThreshold(threshold))
        #expect((period.decidedValue(statistic, limit) != nil) == isDecided)
    }
}
