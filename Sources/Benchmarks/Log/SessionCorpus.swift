// Events of sessions of a large conference, made up: the same ones on every machine, so that figures can be compared.

import CanonicalJSON
import EventLog

/// Twenty events a session, in rounds: each round looks at all sessions, as a watch of a catalogue does, and finds each of them
/// changed a little. So the events of one session lie as far apart as the log is long.
struct SessionCorpus: Sendable {
    static let eventsPerSession = 20
    /// So many events are one look, and have one run.
    static let eventsPerRun = 1000

    let sessions: Int
    private let words: [String]

    /// `events` is how many there are to be; sessions are as many as that takes.
    init(events: Int) {
        sessions = max(1, events / Self.eventsPerSession)
        words = Self.vocabulary()
    }

    /// When the first look was.
    private static let start: Int64 = 1_793_000_000_000

    /// The moment of an event; they are 40 ms apart.
    static func time(of index: Int) -> Timestamp { Timestamp(millisecondsSinceEpoch: start + Int64(index) * 40) }

    /// The session that an event is about. Rounds go through all of them, each in another order.
    func session(of index: Int) -> Int {
        let round = index / sessions
        return (index % sessions * Self.coprime(to: sessions) + round * 7919) % sessions
    }

    static func subject(_ session: Int) -> String {
        let digits = String(session)
        return "catalog-2026/ses" + String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits
    }

    func draft(_ index: Int) -> EventDraft {
        let session = session(of: index)
        let round = index / sessions
        let run = index / Self.eventsPerRun
        let id = RunID.derived(from: Array("run \(run)".utf8), at: Self.time(of: run * Self.eventsPerRun))
        return EventDraft(
            type: "session.observed", source: "/watches/catalog-2026",
            subject: Self.subject(session), id: EventID(run: id, number: index % Self.eventsPerRun + 1),
            time: Self.time(of: index), data: data(session, round))
    }

    /// A session's state after so many changes: a third of them move it, a third reword its title, a third its abstract.
    private func data(_ session: Int, _ round: Int) -> JSON {
        var chance = Chance(seed: UInt64(session))
        var titles = Chance(seed: UInt64(session) << 8 | UInt64((round + 1) / 3) | 1 << 40)
        var abstracts = Chance(seed: UInt64(session) << 8 | UInt64((round + 2) / 3) | 1 << 41)
        var rooms = Chance(seed: UInt64(session) << 8 | UInt64(round / 3) | 1 << 42)
        let day = 1 + chance.below(4)
        let hour = 10 + chance.below(8)
        return .object(
            JSONObject([
                ("abstract", .string(text(20 + abstracts.below(12), &abstracts))),
                ("code", .string(Self.codes[chance.below(5)] + String(100 + chance.below(400)))),
                ("room", .string("Hall \(1 + rooms.below(9)), Level \(1 + rooms.below(4))")),
                ("speakers", .array((0...chance.below(3)).map { _ in .string(name(&chance)) })),
                ("starts", .string("2026-12-0\(day)T\(hour):\(chance.below(2) == 0 ? "00" : "30"):00-08:00")),
                ("title", .string(text(5 + titles.below(5), &titles))),
                ("track", .string(Self.tracks[chance.below(5)])),
            ]))
    }

    private static let codes = ["ARC", "DAT", "NET", "SEC", "STG"]
    private static let tracks = ["Architecture", "Databases", "Networking", "Security", "Storage"]

    // MARK: Text

    /// Words as often as a language has them: the n-th most frequent comes 1/n as often as the first.
    private func text(_ count: Int, _ chance: inout Chance) -> String {
        var text = ""
        text.reserveCapacity(count * 8)
        for index in 0..<count {
            if index > 0 { text += chance.below(12) == 0 ? ", " : " " }
            text += word(&chance)
        }
        return text + "."
    }

    private func word(_ chance: inout Chance) -> String {
        // Of a number that is as likely in each octave.
        let octave = chance.below(Self.octaves)
        return words[min(words.count - 1, 1 << octave + chance.below(1 << octave) - 1)]
    }

    private func name(_ chance: inout Chance) -> String {
        let parts = (0..<2).map { _ in words[chance.below(words.count)] }
        return parts.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: " ")
    }

    private static let octaves = 13

    private static func vocabulary() -> [String] {
        let syllables = [
            "an", "ber", "cor", "dal", "el", "fin", "gra", "hin", "il", "jun", "kor", "lim", "mar", "nor", "ol", "pra",
            "qua", "ren", "sol", "tar", "ul", "ven", "wil", "xan", "yor", "zen", "é", "ü", "sch", "ight", "tion",
            "ment",
        ]
        var chance = Chance(seed: 2026)
        return (0..<(1 << octaves)).map { index in
            let last = index < 64 ? chance.below(2) : 1 + chance.below(3)
            return (0...last).map { _ in syllables[chance.below(syllables.count)] }.joined()
        }
    }

    /// A step that visits each of `count` places once.
    private static func coprime(to count: Int) -> Int {
        var step = 15_485_863 % count
        while gcd(step, count) != 1 { step += 1 }
        return step
    }

    private static func gcd(_ a: Int, _ b: Int) -> Int { b == 0 ? a : gcd(b, a % b) }
}

/// SplitMix64: small, fast, and the same everywhere.
struct Chance {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func below(_ bound: Int) -> Int { Int(truncatingIfNeeded: next() >> 33) % bound }
}
