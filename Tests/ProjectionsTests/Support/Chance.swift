// Chance that repeats itself, and histories made by it.

import CanonicalJSON
import Projections

/// SplitMix64.
struct Chance: RandomNumberGenerator {
    private var state: UInt64

    /// Neighbouring seeds have nothing in common: taken as they are, each would only be one step behind the next.
    init(_ seed: Int) { state = Chance.mixed(UInt64(bitPattern: Int64(seed))) }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Chance.mixed(state)
    }

    private static func mixed(_ state: UInt64) -> UInt64 {
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }
    mutating func one(in count: Int) -> Bool { below(count) == 0 }

    mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }
}

/// A history of watches that see few things often: enough for every transition to come up. Watch names and keys are such
/// that order by subject and order by watch and key differ, and that Swift's equality of strings would join two of them.
func history(seed: Int, count: Int) -> [TestEvent] {
    var chance = Chance(seed)
    var time: Int64 = 1_000_000
    return (0..<count).map { _ in
        if chance.one(in: 3) { time += Int64(chance.below(3)) }
        let watch = chance.pick(["a", "a-b", "c"])
        return event(of: watch, family: watch == "c" ? "item" : "session", at: time, &chance)
    }
}

/// The same of watches of all kinds that are renamed now and then, also back, twice, and to a name that is taken; looks go on
/// under whichever name a process knows.
func restlessHistory(seed: Int, count: Int) -> [TestEvent] {
    let names = ["session": ["a", "a-b", "a2"], "item": ["c", "c2"], "page": ["p", "p-q"]]
    var chance = Chance(seed)
    var time: Int64 = 1_000_000
    return (0..<count).map { _ in
        if chance.one(in: 3) { time += Int64(chance.below(3)) }
        let family = chance.pick(["session", "session", "session", "item", "page"])
        let known = names[family] ?? []
        if chance.one(in: 25) { return renamed(chance.pick(known), to: chance.pick(known), at: time) }
        return event(of: chance.pick(known), family: family, at: time, &chance)
    }
}

private func event(of watch: String, family: String, at time: Int64, _ chance: inout Chance) -> TestEvent {
    var event: TestEvent
    switch chance.below(12) {
    case 0...6:
        let key = chance.pick(["k1", "k2", "caf\u{e9}", "cafe\u{301}", "q\"/x", "k10"])
        event = saw("\(watch)/\(key)", fields(&chance), at: time, family: family)
    case 7, 8: event = missed("\(watch)/\(chance.pick(["k1", "k2", "caf\u{e9}"]))", at: time, family: family)
    case 9: event = ran(watch, chance.pick([.completed, .suspect, .failed]), at: time, ["kind": "sessions"])
    case 10: event = TestEvent(type: "stock.observed", subject: "\(watch)/k1", data: [:], time: time)
    default: event = TestEvent(type: "config.applied", subject: "config", data: ["size": 3], time: time)
    }
    if chance.one(in: 9) { event = event.imported }
    if chance.one(in: 9) { event = event.reread }
    return event
}

private func fields(_ chance: inout Chance) -> JSON {
    var object = JSONObject()
    for name in ["title", "room", "a\"b", "a!", "speakers"] where !chance.one(in: 3) {
        object[name] = chance.pick([
            .string("x"), .string("y\n}"), .array(["p", 1, .null]), .object(JSONObject([("z", 1.5)])),
        ])
    }
    return .object(object)
}
