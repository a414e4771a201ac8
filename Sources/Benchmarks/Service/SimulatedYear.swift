// Lets simulated time go by: at a steady pace, never faster than the service looks, with what goes wrong with time in between.

import DaybookApp
import EventLog

struct SimulatedYear {
    let clock: SimulatedClock
    let book: LookBook
    let length: Double
    /// Simulated seconds in a real one.
    let pace: Double
    var incidents: [Incident]
    private(set) var happened: [Incident] = []

    /// More never goes by at once, so that a look that begins in time also ends in time.
    private static let leapSecondsMax = 300.0
    /// Longer than this, in real time, no look is waited for.
    private static let patience = Duration.seconds(10)

    init(_ clock: SimulatedClock, _ book: LookBook, days: Double, minutes: Double) {
        self.clock = clock
        self.book = book
        length = days * 86_400
        pace = length / (minutes * 60)
        let start = clock.now.wall
        incidents = Incident.all.filter { $0.at > start && $0.at < start.adding(seconds: days * 86_400 - 7200) }
    }

    /// - Parameter measure: called at each of so many equal parts, and at the end, with the part of the whole that is over.
    mutating func pass(parts: Int, measure: (Double) throws -> Void) async throws {
        while !book.isRunning { try await Task.sleep(for: .milliseconds(1)) }
        for part in 1...parts {
            let fraction = Double(part) / Double(parts)
            try await pass(to: fraction * length)
            try await waitForLooks()
            try measure(fraction)
        }
    }

    private mutating func pass(to end: Double) async throws {
        var last = ContinuousClock.now
        while clock.now.elapsed < end {
            try await Task.sleep(for: .milliseconds(1))
            try await waitForLooks()
            let now = ContinuousClock.now
            let leap = min(pace * ((now - last) / .seconds(1)), Self.leapSecondsMax)
            last = now
            try await advance(by: min(leap, max(0.001, end - clock.now.elapsed)))
        }
    }

    private mutating func advance(by seconds: Double) async throws {
        guard let next = incidents.first, next.at.seconds(since: clock.now.wall) <= seconds else {
            return clock.advance(by: seconds)
        }
        incidents.removeFirst()
        clock.advance(by: max(0, next.at.seconds(since: clock.now.wall)))
        // What is due at this very moment may begin before the clock is touched.
        try await Task.sleep(for: .milliseconds(20))
        switch next.kind {
        case .suspend(let seconds): clock.advance(by: seconds)
        case .step(let seconds): clock.set(by: seconds)
        }
        happened.append(next)
    }

    /// Time stands still while a look is overdue.
    private func waitForLooks() async throws {
        let start = ContinuousClock.now
        while !book.overdue.isEmpty {
            try await Task.sleep(for: .milliseconds(1))
            if ContinuousClock.now - start > Self.patience { book.giveUp() }
        }
    }
}
