// When the next request to a host may start, as a value: pure, the clock is handed in.

/// One host's pace. Requests reserve the next free moment in the order in which they come; between two of them lies
/// the longest spacing that anyone has asked for since the host was last at rest.
struct Pace: Sendable {
    private var spacing: Duration = .zero
    private var last: ContinuousClock.Instant?

    /// The moment at which this request may start.
    mutating func reserve(spacing wanted: Duration, now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        spacing = max(spacing, wanted)
        let start = last.map { max(now, $0 + spacing) } ?? now
        last = start
        return start
    }

    /// A moment that nobody will use is free again if it was the last one reserved.
    mutating func giveBack(_ start: ContinuousClock.Instant) {
        if last == start { last = start - spacing }
    }

    /// At rest: the next request could start at once, and what spacing was asked for is forgotten.
    func isOver(at now: ContinuousClock.Instant) -> Bool {
        last.map { $0 + spacing <= now } ?? true
    }
}
