import Testing

@testable import Reactors

@Suite("The retry schedule")
struct RetryScheduleTests {
    @Test(
        "waits at most twice as long each time, up to ten minutes",
        arguments: zip(1...12, [1.0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]))
    func doubling(_ attempt: Int, _ ceiling: Double) {
        let schedule = RetrySchedule(attempts: 100)
        #expect(schedule.next(after: attempt, told: nil, random: 0) == .again(inSeconds: 0))
        #expect(schedule.next(after: attempt, told: nil, random: 0.5) == .again(inSeconds: ceiling / 2))
    }

    @Test("never before the other side asks for it", arguments: [(30.0, 30.0), (0.1, 0.5), (1e9, 86_400), (-5, 0.5)])
    func told(_ seconds: Double, _ wait: Double) {
        #expect(RetrySchedule().next(after: 1, told: seconds, random: 0.5) == .again(inSeconds: wait))
    }

    @Test("parks after the last try, whatever was asked for", arguments: [1, 3, 8])
    func parks(_ attempts: Int) {
        let schedule = RetrySchedule(attempts: attempts)
        if attempts > 1 { #expect(schedule.next(after: attempts - 1, told: nil, random: 0) != .park) }
        #expect(schedule.next(after: attempts, told: nil, random: 0) == .park)
        #expect(schedule.next(after: attempts, told: 1, random: 0) == .park)
    }

    @Test("does not overflow")
    func large() {
        let schedule = RetrySchedule(attempts: .max, backoff: 5)
        #expect(schedule.next(after: 100_000, told: nil, random: 0.5) == .again(inSeconds: 300))
    }
}
