// Time and chance, handed in so that tests need neither wait nor be lucky.

import EventLog

/// Where the dispatcher gets the time, its waits and its jitter from.
public struct Pace: Sendable {
    public var now: @Sendable () -> Timestamp
    /// Returns at that time or later; throws when its task is cancelled.
    public var sleep: @Sendable (_ until: Timestamp) async throws -> Void
    /// In 0..<1.
    public var random: @Sendable () -> Double

    public init(
        now: @escaping @Sendable () -> Timestamp, sleep: @escaping @Sendable (_ until: Timestamp) async throws -> Void,
        random: @escaping @Sendable () -> Double
    ) {
        self.now = now
        self.sleep = sleep
        self.random = random
    }

    public static let system = Pace(
        now: Timestamp.now,
        sleep: { time in
            let seconds = time.seconds(since: .now())
            if seconds > 0 { try await Task.sleep(for: .seconds(seconds)) }
        },
        random: { Double.random(in: 0..<1) })
}
