import EventLog
import Testing

@testable import DaybookApp

@Suite("A price axis")
struct PriceAxisTests {
    @Test(
        "has round amounts that take in all prices",
        arguments: [
            (749.99, 829.99, ["740", "760", "780", "800", "820", "840"]), (0.0, 1, ["0.00", "0.50", "1.00"]),
            (19.9, 24.9, ["18", "20", "22", "24", "26"]), (1.05, 1.09, ["1.05", "1.06", "1.07", "1.08", "1.09"]),
            (99_000, 120_500, ["90,000", "100,000", "110,000", "120,000", "130,000"]), (-5, 5, ["-5", "0", "5"]),
        ])
    func round(lowest: Double, highest: Double, labels: [String]) {
        let axis = PriceAxis(from: lowest, to: highest, count: 5)
        #expect(axis.labels == labels)
        #expect(axis.low <= lowest && axis.high >= highest)
        #expect(axis.place(axis.low) == 0 && axis.place(axis.high) == 1)
    }

    @Test(
        "has room around a price that never changed, and none below nothing",
        arguments: [(20.0, 18.0, 22.0), (0, 0, 1), (0.5, 0, 1.5), (-3, -4, -2)])
    func flat(price: Double, low: Double, high: Double) {
        let axis = PriceAxis(from: price, to: price, count: 5)
        #expect(axis.low == low && axis.high == high && (0...1).contains(axis.place(price)))
    }

    @Test(
        "takes any number that JSON can hold",
        arguments: [(1e300, 1.7e308), (-1.7e308, 1.7e308), (1e-305, 1e-300), (1e16, 1e16 + 2), (0, 1e-300)])
    func extreme(lowest: Double, highest: Double) {
        let axis = PriceAxis(from: lowest, to: highest, count: 5)
        #expect((2...102).contains(axis.ticks.count) && axis.labels.count == axis.ticks.count)
    }
}

@Suite("A time axis")
struct TimeAxisTests {
    @Test(
        "has round moments, no more than there is room for; what they are of is said where it changes",
        arguments: [
            (
                "2026-11-01T10:00:00Z", "2026-11-20T10:00:00Z", 9,
                ["3 Nov/2026", "5 Nov", "7 Nov", "9 Nov", "11 Nov", "13 Nov", "15 Nov", "17 Nov", "19 Nov"]
            ),
            ("2026-11-01T10:00:00Z", "2026-11-20T10:00:00Z", 4, ["2 Nov/2026", "9 Nov", "16 Nov"]),
            (
                "2026-12-31T21:00:00Z", "2027-01-01T04:00:00Z", 4,
                ["22:00/31 Dec 2026", "00:00/1 Jan 2027", "02:00", "04:00"]
            ),
            (
                "2026-11-01T10:00:00Z", "2026-11-01T10:00:20Z", 5,
                ["10:00:00/1 Nov 2026", "10:00:05", "10:00:10", "10:00:15", "10:00:20"]
            ),
            ("2025-03-09T16:11:31Z", "2026-08-22T12:44:32Z", 6, ["Apr/2025", "Jul", "Oct", "Jan/2026", "Apr", "Jul"]),
            ("2017-02-01T00:00:00Z", "2026-02-01T00:00:00Z", 5, ["2018", "2020", "2022", "2024", "2026"]),
            ("2024-02-27T00:00:00Z", "2024-03-02T00:00:00Z", 5, ["27 Feb/2024", "28 Feb", "29 Feb", "1 Mar", "2 Mar"]),
            ("1969-12-30T00:00:00Z", "1970-01-02T00:00:00Z", 4, ["30 Dec/1969", "31 Dec", "1 Jan/1970", "2 Jan"]),
        ])
    func round(start: String, end: String, most: Int, labels: [String]) throws {
        let ticks = TimeAxis.ticks(from: try moment(start), to: try moment(end), most: most)
        #expect(ticks.map { tick in tick.label + (tick.context.map { "/" + $0 } ?? "") } == labels)
    }

    @Test("has a mark between any two moments, no more than asked for, in order and inside")
    func any() throws {
        let first = try moment("0000-01-01T00:00:00Z")
        let last = try moment("9999-12-31T23:59:59Z")
        var length: Int64 = 4000
        while length < last - first {
            for start in [first, -length / 2, try moment("2026-11-01T10:17:31Z"), last - length]
            where start + length <= last {
                let ticks = TimeAxis.ticks(from: start, to: start + length, most: 8)
                #expect((1...8).contains(ticks.count), "\(length) from \(start)")
                #expect(ticks.allSatisfy { (start...start + length).contains($0.time) })
                #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0.time < $1.time })
            }
            length = length * 7 / 3
        }
    }
}

@Suite("Lettering")
struct PictureTextTests {
    @Test(
        "amounts have the decimals that they need, and groups of three",
        arguments: [
            ([749.99, 829], "749.99"), ([20, 30], "20"), ([0.5], "0.50"), ([1209.5], "1,209.50"), ([0.0004], "0.0004"),
            ([-1234], "-1,234"), ([1e15], "1e+15"), ([1e300, 1], "1e+300"),
        ])
    func amounts(amounts: [Double], text: String) {
        #expect(PictureText.amount(amounts[0], decimals: PictureText.decimals(for: amounts)) == text)
    }

    @Test(
        "lengths of time have the unit that makes them handy",
        arguments: [
            (1, "1 second"), (90, "90 seconds"), (5400, "90 minutes"), (90_000, "25 hours"), (1_641_600, "19 days"),
            (86_400 * 800, "2 years"),
        ])
    func lengths(seconds: Int64, text: String) {
        #expect(PictureText.length(seconds * 1000) == text)
    }
}
