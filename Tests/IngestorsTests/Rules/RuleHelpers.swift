// Short ways to write sightings, states and times in the tables of rules.

import EventLog

@testable import Ingestors

/// An item that looks like `state`.
func seen(_ key: ItemKey, _ state: String = "A") -> Sighting {
    let fields = Array(#"{"is":"\#(state)"}"#.utf8)
    return Sighting(key: key, digest: .sha256(fields), fields: fields)
}

/// `A=1 B=2` as sightings, in that order.
func page(_ text: String) -> [Sighting] {
    text.split(separator: " ").map { word in
        let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
        return seen(ItemKey(parts[0]), parts.count > 1 ? parts[1] : "A")
    }
}

/// `A=1 B=2 C=-` as recorded states, `-` being absent.
func recorded(_ text: String, sequence: UInt64 = 0) -> [ItemKey: Recorded] {
    var states: [ItemKey: Recorded] = [:]
    for sighting in page(text) {
        let isAbsent = sighting.digest == seen(sighting.key, "-").digest
        states[sighting.key] = Recorded(digest: isAbsent ? nil : sighting.digest, sequence: sequence)
    }
    return states
}

/// `count` items that all look the same, `I0`, `I1`, ….
func items(_ range: Range<Int>) -> [Sighting] { range.map { seen(ItemKey("I\($0)")) } }

/// That many seconds after some moment.
func at(_ seconds: Double) -> Timestamp {
    Timestamp(millisecondsSinceEpoch: 1_800_000_000_000).adding(seconds: seconds)
}

extension Sighting {
    var state: String {
        String(decoding: fields, as: UTF8.self).split(separator: "\"").dropFirst(3).first.map(String.init) ?? ""
    }
}
