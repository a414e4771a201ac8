// Clocks and chance, handed in so that tests decide them.

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Where time and randomness come from.
public struct Timing: Sendable {
    /// For spacing: never goes back.
    public var now: @Sendable () -> ContinuousClock.Instant
    public var sleep: @Sendable (Duration) async throws -> Void
    /// Seconds since 1970, for dates in `Retry-After`.
    public var wallClock: @Sendable () -> Double
    /// From 0 to 1, for jitter.
    public var random: @Sendable () -> Double

    public init(
        now: @escaping @Sendable () -> ContinuousClock.Instant,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        wallClock: @escaping @Sendable () -> Double,
        random: @escaping @Sendable () -> Double
    ) {
        self.now = now
        self.sleep = sleep
        self.wallClock = wallClock
        self.random = random
    }

    /// The machine's own.
    public static let system = Timing(
        now: { ContinuousClock.now },
        sleep: { try await Task.sleep(for: $0) },
        wallClock: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        },
        random: { Double.random(in: 0...1) })
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
    /// At least 1: 0 means "no limit" to libcurl.
    var inMilliseconds: Int { max(1, Int((inSeconds * 1000).rounded(.up).clamped(to: 0...1e12))) }
}

extension Comparable {
    func clamped(to range: ClosedRange<Self>) -> Self { min(max(self, range.lowerBound), range.upperBound) }
}
