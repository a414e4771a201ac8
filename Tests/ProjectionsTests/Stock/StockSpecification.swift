import CanonicalJSON
import EventLog
import Testing

import enum Observations.Availability

@testable import Projections

/// One look at a shop, in as few words as a test can do with: what differs, then how the run ended.
private struct Look {
    var seen: KeyValuePairs<String, String>
    var gone: [String] = []
    var outcome: RunOutcome = .completed
    var missed: [String]? = []
    var watch = "mugs"
    var unknownAfter: Int? = 3

    func events(at time: Int64) -> [TestEvent] {
        var report = JSONObject([("kind", "stock")])
        if outcome != .failed, let missed { report["missed"] = .array((missed + gone).map(JSON.string)) }
        report["unknownAfter"] = unknownAfter.map { JSON($0) }
        return seen.map { saw("\(watch)/\($0.key)", fields($0.value), at: time, family: "stock") }
            + gone.map { absence("\(watch)/\($0)", at: time) }
            + [ran(watch, outcome, at: time, .object(report))]
    }

    /// `in`, `out`, `?`, each with a price after it where there is one.
    private func fields(_ text: String) -> JSON {
        let parts = text.split(separator: " ")
        let words = ["in": "in-stock", "out": "out-of-stock", "?": "unknown"]
        var object = JSONObject([("availability", .string(words[String(parts[0])] ?? ""))])
        if parts.count > 1, let amount = Double(parts[1]) {
            object["price"] = .object(JSONObject([("amount", .number(amount)), ("currency", "EUR")]))
        }
        return .object(object)
    }
}

private func absence(_ subject: String, at time: Int64) -> TestEvent {
    missed(subject, at: time, family: "stock")
}

private func look(
    _ seen: KeyValuePairs<String, String> = [:], gone: [String] = [], _ outcome: RunOutcome = .completed,
    missed: [String]? = [], watch: String = "mugs", unknownAfter: Int? = 3
) -> Look {
    Look(seen: seen, gone: gone, outcome: outcome, missed: missed, watch: watch, unknownAfter: unknownAfter)
}

/// What is told, as `in-stock a,b` (with ` ORIGIN` where that is not `live`), and how the watch stands after each look.
private struct Answer: Equatable {
    var told: [String]
    var statuses: [String]
}

private func answer(_ looks: [Look], change: (TestEvent) -> TestEvent = { $0 }) async throws -> Answer {
    let events = looks.enumerated().map { $1.events(at: Int64($0 + 1) * 1000).map(change) }
    var answers: [Answer] = []
    for log in [MemoryLog(events.flatMap(\.self)), MemoryLog(events.flatMap(\.self), twiceBy: 2)] {
        let workshop = Workshop()
        defer { workshop.remove() }
        let engine = try workshop.engine(log, [KeyedCollection.stock], batch: 3)
        try await engine.catchUp()
        #expect(try engine.status().allSatisfy { $0.failure == nil && $0.lag == 0 })
        let told = try engine.changes(of: "stock", limit: .max).map { change in
            let keys = change.data["items"]?.arrayValue?.compactMap { $0["key"]?.stringValue }.joined(separator: ",")
            let origin = change.origin == .live ? "" : " \(change.origin.rawValue)"
            return change.kind.dropFirst(6) + (keys.map { " \($0)" } ?? "") + origin
        }
        let statuses = try engine.read("stock") { database in
            try looks.indices.map { index in
                let time = Timestamp(millisecondsSinceEpoch: Int64(index + 1) * 1000)
                return try StockQuery(database).statuses(asOf: .observed(time))[looks[index].watch]?.rawValue ?? "-"
            }
        }
        answers.append(Answer(told: told, statuses: statuses))
    }
    #expect(answers[0] == answers[1])
    return answers[0]
}

@Suite("The stock of a watch")
struct StockSpecification {
    @Test("is initialized once, live, without naming anything; what is in stock then is of the first look")
    func initialized() async throws {
        let answer = try await answer([look(["a": "in", "b": "out"]), look()])
        #expect(answer.told == ["initialized", "in-stock a first-look"])
        #expect(answer.statuses == ["INITIALIZED", "NO_CHANGE"])
    }

    @Test("comes in and goes, one change a run, naming the items that did and no others")
    func comesAndGoes() async throws {
        let answer = try await answer([
            look(["a": "out", "b": "out", "c": "in"]), look(["a": "in", "b": "in"]), look(["a": "out"]),
            look(["b": "out", "c": "out"]),
        ])
        #expect(answer.told == ["initialized", "in-stock c first-look", "in-stock a,b", "gone a", "gone b,c"])
        #expect(answer.statuses == ["INITIALIZED", "ITEMS_IN_STOCK", "ITEMS_GONE", "ITEMS_GONE"])
    }

    @Test("in which something came in has items in stock, though others went")
    func both() async throws {
        let answer = try await answer([look(["a": "out", "b": "in"]), look(["a": "in", "b": "out"])])
        #expect(answer.told.dropFirst(2) == ["in-stock a", "gone b"])
        #expect(answer.statuses.last == "ITEMS_IN_STOCK")
    }

    @Test("that nobody could tell of is neither gone nor back")
    func threeValues() async throws {
        let answer = try await answer([
            look(["a": "in", "b": "out"]), look(["a": "?", "b": "?"]), look(["a": "in", "b": "out"]), look(["a": "?"]),
            look(["a": "out"]),
        ])
        #expect(answer.told == ["initialized", "in-stock a first-look", "gone a"])
        #expect(answer.statuses == ["INITIALIZED", "NO_CHANGE", "NO_CHANGE", "NO_CHANGE", "ITEMS_GONE"])
    }

    @Test("is unknown to nobody's surprise, unless it lasts; then it is told once, and again after it was known")
    func unknown() async throws {
        let looks = [
            look(["a": "in"]), look(["a": "?"]), look(), look(), look(), look(["a": "in"]), look(["a": "?"]), look(),
            look(),
        ]
        let answer = try await answer(looks)
        #expect(answer.told == ["initialized", "in-stock a first-look", "unknown a", "unknown a"])
        #expect(Set(answer.statuses.dropFirst()) == ["NO_CHANGE"])
    }

    @Test(
        "is unknown after as many runs as the run events say",
        arguments: [(1, 1), (2, 2), (4, 0), (nil, 3)] as [(Int?, Int)])
    func unknownAfter(limit: Int?, expected: Int) async throws {
        let looks = [
            look(["a": "in"]), look(["a": "?"], unknownAfter: limit), look(unknownAfter: limit),
            look(unknownAfter: limit),
        ]
        let told = try await answer(looks).told
        #expect(told.contains("unknown a") == (expected > 0))
        let before = try await answer(Array(looks.prefix(max(1, expected)))).told
        #expect(!before.contains("unknown a"))
    }

    @Test("is not told to be unknown because of runs that did not see the item, and those do not begin anew")
    func unseen() async throws {
        let unseen = [look([:], .failed), look([:], .suspect, missed: ["a"]), look([:], .suspect, missed: nil)]
        let answer = try await answer([look(["a": "in"]), look(["a": "?"])] + unseen + [look()] + unseen + [look()])
        #expect(answer.told == ["initialized", "in-stock a first-look", "unknown a"])
    }

    @Test("of a suspect run is what it saw; of what it missed nothing is said")
    func suspect() async throws {
        let answer = try await answer([
            look(["a": "in", "b": "out"]), look(["b": "in"], .suspect, missed: ["a"]),
            look([:], .suspect, missed: ["a", "b"]),
        ])
        #expect(answer.told == ["initialized", "in-stock a first-look", "in-stock b"])
        #expect(answer.statuses == ["INITIALIZED", "ITEMS_IN_STOCK", "NO_CHANGE"])
    }

    @Test("of a failed run is what it saw, else the watch stands as it stood")
    func failed() async throws {
        let answer = try await answer([
            look(["a": "in"]), look(["a": "out"]), look([:], .failed), look(["a": "in"], .failed),
        ])
        #expect(answer.told.suffix(2) == ["gone a", "in-stock a"])
        #expect(answer.statuses == ["INITIALIZED", "ITEMS_GONE", "ITEMS_GONE", "ITEMS_IN_STOCK"])
    }

    @Test("is nothing to speak of before the first complete run")
    func before() async throws {
        let answer = try await answer([look(["a": "in"], .suspect), look(["a": "out"], .failed), look(["a": "in"])])
        #expect(answer.statuses == ["-", "-", "INITIALIZED"])
        #expect(answer.told == ["in-stock a first-look", "gone a first-look", "initialized", "in-stock a first-look"])
    }

    @Test("loses what is withdrawn: gone where it was in stock, and in stock when it is back")
    func withdrawn() async throws {
        let answer = try await answer([
            look(["a": "in", "b": "out"]), look(gone: ["a", "b"]), look(["a": "in", "b": "?"]), look(["b": "in"]),
        ])
        #expect(answer.told.dropFirst(2) == ["gone a", "in-stock a", "in-stock b"])
        #expect(answer.statuses == ["INITIALIZED", "ITEMS_GONE", "ITEMS_IN_STOCK", "ITEMS_IN_STOCK"])
    }

    @Test("that is new and to be had has come in stock")
    func new() async throws {
        let answer = try await answer([look(["a": "out"]), look(["b": "in", "c": "out", "d": "?"])])
        #expect(answer.told == ["initialized", "in-stock b"])
    }

    @Test("has prices: a change is told with the price before; one that was not shown in between is none")
    func prices() async throws {
        let looks = [
            look(["a": "in 10", "b": "out 5"]), look(["a": "in", "b": "out 4"]), look(["a": "in 10"]),
            look(["a": "out 9"]),
        ]
        let answer = try await answer(looks)
        #expect(answer.told == ["initialized", "in-stock a first-look", "price b", "gone a", "price a"])
        #expect(answer.statuses == ["INITIALIZED", "NO_CHANGE", "NO_CHANGE", "ITEMS_GONE"])
    }

    @Test("is each watch's own")
    func watches() async throws {
        let answer = try await answer([look(["a": "out"]), look(["a": "in"], watch: "pots"), look(["a": "in"])])
        #expect(answer.told == ["initialized", "initialized", "in-stock a first-look", "in-stock a"])
    }

    @Test("that was imported is told as imported, and what new selectors make of an old page as a reading")
    func origins() async throws {
        let looks = [look(["a": "out"]), look(["a": "in"])]
        #expect(try await answer(looks) { $0.imported }.told == ["initialized import", "in-stock a import"])
        let reread = try await answer(looks) { $0.type.hasPrefix("run.") ? $0 : $0.reread }
        #expect(reread.told == ["initialized", "in-stock a reading"])
    }

    @Test("is not touched by runs of other kinds")
    func otherKinds() async throws {
        let answer = try await answer([look(["a": "in"])]) { event in
            event.type.hasPrefix("run.") ? ran("mugs", .completed, at: event.time, ["kind": "items"]) : event
        }
        #expect(answer == Answer(told: [], statuses: ["-"]))
    }
}

@Suite("Questions about stock")
struct StockQueryTests {
    private let looks = [
        look(["a": "in 10", "b": "out"]), look(["a": "in 9"]), look([:], .suspect, missed: ["b"]), look([:], .failed),
        look(gone: ["b"]), look(),
    ]

    private func rows(_ asOf: AsOf) async throws -> [String] {
        let log = MemoryLog(looks.enumerated().flatMap { $1.events(at: Int64($0 + 1) * 1000) })
        let workshop = Workshop()
        defer { workshop.remove() }
        let engine = try workshop.engine(log, [KeyedCollection.stock])
        try await engine.catchUp()
        return try engine.read("stock") { try ItemQuery($0).list(asOf: asOf) }.map { row in
            let stock = try #require(row.stock)
            let times = [stock.since, stock.lastSeen].map { String($0.millisecondsSinceEpoch / 1000) }
            return "\(row.key) \(stock.availability.rawValue) since \(times[0]) seen \(times[1]) \(row.state.rawValue)"
        }
    }

    @Test("say since when an item has been so, whatever its price did, and which look saw it last")
    func now() async throws {
        #expect(
            try await rows(.now) == [
                "a in-stock since 1 seen 6 present", "b out-of-stock since 1 seen 2 absent",
            ])
    }

    @Test("say the same of any moment", arguments: [1, 2, 3, 4, 5])
    func past(second: Int) async throws {
        let rows = try await rows(.observed(Timestamp(millisecondsSinceEpoch: Int64(second) * 1000)))
        // The failed run saw nobody, and the suspect one before it did not see b.
        let seen = [1: (1, 1), 2: (2, 2), 3: (3, 2), 4: (3, 2), 5: (5, 2)][second] ?? (0, 0)
        let b = second < 5 ? "present" : "absent"
        #expect(
            rows == [
                "a in-stock since 1 seen \(seen.0) present", "b out-of-stock since 1 seen \(seen.1) \(b)",
            ])
    }

    @Test("are answered in the documented shape")
    func shape() async throws {
        let state = StockState(
            availability: .unknown, since: Timestamp(millisecondsSinceEpoch: 0),
            lastSeen: Timestamp(millisecondsSinceEpoch: 1000))
        var row = ItemRow(
            watch: "w", key: "k", version: 2, state: .present,
            fields: Array(#"{"availability":"unknown","price":{"amount":2},"title":"Mug","url":"https://x/"}"#.utf8),
            firstSeen: Timestamp(millisecondsSinceEpoch: 0), lastChanged: Timestamp(millisecondsSinceEpoch: 0),
            sequence: 7)
        row.stock = state
        let line = try JSON.parse(row.line)
        #expect(line["name"] == "Mug" && line["price"]?["amount"] == 2 && line["url"] == "https://x/")
        #expect(line["since"] == "1970-01-01T00:00:00.000Z" && line["lastSeen"] == "1970-01-01T00:00:01.000Z")
        #expect(line["availability"] == "unknown" && line["sequence"] == "00000000000000000007")
    }

    @Test("show a version's changes, which no change of its own says")
    func history() async throws {
        let log = MemoryLog(looks.enumerated().flatMap { $1.events(at: Int64($0 + 1) * 1000) })
        let workshop = Workshop()
        defer { workshop.remove() }
        let engine = try workshop.engine(log, [KeyedCollection.stock])
        try await engine.catchUp()
        let versions = try engine.read("stock") { try ItemQuery($0).history("a") }
        #expect(
            versions.map { String(decoding: $0.changes, as: UTF8.self) } == [
                "[]", #"[{"field":"price","new":{"amount":9,"currency":"EUR"},"old":{"amount":10,"currency":"EUR"}}]"#,
            ])
    }

    @Test("go on under a watch's new name")
    func renamed() async throws {
        let first = look(["a": "in"]).events(at: 1000)
        let rename = TestEvent(type: "watch.renamed", subject: "cups", data: ["was": "mugs"], time: 2000)
        let log = MemoryLog(first + [rename] + look(["a": "out"], watch: "cups").events(at: 3000))
        let workshop = Workshop()
        defer { workshop.remove() }
        let engine = try workshop.engine(log, [KeyedCollection.stock])
        try await engine.catchUp()
        #expect(
            try engine.changes(of: "stock", limit: 9).map(\.kind) == [
                "stock.initialized", "stock.in-stock", "stock.gone",
            ])
        #expect(try engine.read("stock") { try StockQuery($0).statuses() } == ["cups": .itemsGone])
        #expect(
            try engine.read("stock") { try ItemQuery($0).show("mugs/a") }.first?.stock?.lastSeen.millisecondsSinceEpoch
                == 3000)
    }
}
