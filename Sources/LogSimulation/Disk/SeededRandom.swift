// Chance that comes out the same every time: all that a simulation decides comes from one of these.

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators").
package struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(_ seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// From 0 up to, and without, `count`.
    package mutating func below(_ count: Int) -> Int { Int(next() % UInt64(max(1, count))) }

    package mutating func isOne(in count: Int) -> Bool { below(count) == 0 }

    package mutating func pick<Choice>(_ choices: [Choice]) -> Choice? {
        choices.isEmpty ? nil : choices[below(choices.count)]
    }
}
