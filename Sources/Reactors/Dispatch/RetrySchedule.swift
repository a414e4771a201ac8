// When a failed notification is tried again, and when it is given up.

/// Exponential waiting with full jitter, as in https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/.
public struct RetrySchedule: Sendable, Equatable {
    /// How many tries there are in all before a notification is parked.
    public var attempts: Int
    /// Seconds that the first wait may last at most; each further one may last twice as long.
    public var backoff: Double
    /// Seconds that no wait exceeds, unless the other side asks for it.
    public static let longest = 600.0
    /// Seconds beyond which a Retry-After is not believed.
    public static let longestTold = 86_400.0

    public init(attempts: Int = 8, backoff: Double = 1) {
        self.attempts = attempts
        self.backoff = backoff
    }

    enum Next: Equatable {
        case again(inSeconds: Double)
        case park
    }

    /// What follows try number `attempt` (from 1) after it failed. `told` is what the other side asked for in Retry-After:
    /// never earlier than that. `random` is in 0..<1.
    func next(after attempt: Int, told: Double?, random: Double) -> Next {
        guard attempt < attempts else { return .park }
        let ceiling = min(Self.longest, backoff * exp2(attempt - 1))
        let least = min(max(told ?? 0, 0), Self.longestTold)
        return .again(inSeconds: max(least, ceiling * random))
    }

    private func exp2(_ exponent: Int) -> Double {
        exponent < 1000 ? Double(sign: .plus, exponent: exponent, significand: 1) : .infinity
    }
}
