// Who may go next: first come, first served, never more at once than there are places.

/// A queue for a bounded number of places, as a value.
struct TurnQueue: Sendable {
    let placesMax: Int
    private(set) var inside = 0
    private var waiting: [UInt64] = []

    init(placesMax: Int) { self.placesMax = placesMax }

    var isIdle: Bool { inside == 0 && waiting.isEmpty }

    /// Takes a place if there is one and nobody waits for it; else waits and says false.
    mutating func enter(_ id: UInt64) -> Bool {
        guard inside < placesMax, waiting.isEmpty else {
            waiting.append(id)
            return false
        }
        inside += 1
        return true
    }

    /// Gives a place up. Whoever waited longest has it now, and is named.
    mutating func leave() -> UInt64? {
        guard !waiting.isEmpty else {
            inside -= 1
            return nil
        }
        return waiting.removeFirst()
    }

    mutating func remove(_ id: UInt64) {
        waiting.removeAll { $0 == id }
    }
}
