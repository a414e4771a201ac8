// Rates and turns: as values with a clock handed in, and on the wire by what the server saw.

import Foundation
import Synchronization
import Testing

@testable import Transport

struct RateTests {
    @Test(arguments: [
        ("1/2s", 1, 2.0), ("10/1m", 10, 60), ("5/s", 5, 1), ("1/500ms", 1, 0.5), (" 3 / 1h ", 3, 3600),
        ("1/1d", 1, 86_400),
        ("1/1.5s", 1, 1.5),
    ])
    func `A rate reads as daybook.yaml writes it`(text: String, count: Int, seconds: Double) throws {
        let rate = try #require(Rate(text))
        #expect(rate.count == count)
        #expect(rate.seconds == seconds)
        #expect(Rate(rate.description) == rate)
    }

    @Test(arguments: [
        "", "1", "/", "1/", "/2s", "0/2s", "-1/2s", "1/0s", "1/-2s", "1/2", "1/2x", "a/2s", "1/2s/3", "1/..s",
    ])
    func `is no rate`(text: String) {
        #expect(Rate(text) == nil)
    }

    @Test(arguments: [("1/2s", Duration.seconds(2)), ("10/1m", .seconds(6)), ("4/s", .milliseconds(250))])
    func `Requests are spaced evenly`(text: String, spacing: Duration) throws {
        #expect(try #require(Rate(text)).spacing == spacing)
    }
}

struct PaceTests {
    private let t0 = ContinuousClock.now
    private func at(_ seconds: Double) -> ContinuousClock.Instant { t0 + .seconds(seconds) }

    @Test func `Each request gets the next moment, the first one at once`() {
        var pace = Pace()
        let starts = (0..<4).map { _ in pace.reserve(spacing: .seconds(2), now: t0) }
        #expect(starts == [at(0), at(2), at(4), at(6)])
    }

    @Test func `Time that has passed counts, and is not saved up`() {
        var pace = Pace()
        #expect(pace.reserve(spacing: .seconds(2), now: at(0)) == at(0))
        #expect(pace.reserve(spacing: .seconds(2), now: at(1)) == at(2))
        #expect(pace.reserve(spacing: .seconds(2), now: at(60)) == at(60))
        #expect(pace.reserve(spacing: .seconds(2), now: at(60)) == at(62))
    }

    @Test func `The slowest rate that anyone asked for holds for everyone`() {
        var pace = Pace()
        #expect(pace.reserve(spacing: .seconds(5), now: t0) == at(0))
        #expect(pace.reserve(spacing: .zero, now: t0) == at(5))
        #expect(pace.reserve(spacing: .seconds(1), now: t0) == at(10))
    }

    @Test func `A moment given back is free again, if it was the last`() {
        var pace = Pace()
        _ = pace.reserve(spacing: .seconds(2), now: t0)
        let second = pace.reserve(spacing: .seconds(2), now: t0)
        let third = pace.reserve(spacing: .seconds(2), now: t0)
        pace.giveBack(second)
        #expect(pace.reserve(spacing: .seconds(2), now: t0) == at(6))
        pace.giveBack(at(6))
        #expect(pace.reserve(spacing: .seconds(2), now: t0) == at(6))
        #expect(third == at(4))
    }

    @Test func `At rest when the next request could start at once`() {
        var pace = Pace()
        #expect(pace.isOver(at: t0))
        _ = pace.reserve(spacing: .seconds(2), now: t0)
        #expect(!pace.isOver(at: at(1.9)))
        #expect(pace.isOver(at: at(2)))
    }
}

struct TurnQueueTests {
    @Test func `Whoever waited longest goes next`() {
        var queue = TurnQueue(placesMax: 2)
        #expect((1...5).map { queue.enter($0) } == [true, true, false, false, false])
        #expect(queue.leave() == 3)
        #expect(queue.leave() == 4)
        #expect(queue.inside == 2)
    }

    @Test func `Nobody overtakes those who wait`() {
        var queue = TurnQueue(placesMax: 1)
        _ = queue.enter(1)
        _ = queue.enter(2)
        #expect(queue.leave() == 2)
        #expect(queue.enter(3) == false)
    }

    @Test func `Who gave up is passed over, and an empty queue is idle`() {
        var queue = TurnQueue(placesMax: 1)
        _ = queue.enter(1)
        _ = queue.enter(2)
        _ = queue.enter(3)
        queue.remove(2)
        #expect(queue.leave() == 3)
        #expect(!queue.isIdle)
        #expect(queue.leave() == nil)
        #expect(queue.isIdle)
    }
}

@Suite(.timeLimit(.minutes(5)))
struct HostGatesTests {
    @Test func `Requests of one host wait for its pace, whoever makes them`() async throws {
        let time = FakeTime()
        let client = makeClient { $0.timing = time.timing }
        let request = HTTPRequest(url: try StandIn.url("/hello"), rate: Rate("1/2s"))
        for _ in 0..<3 { _ = try await client.send(request) }
        #expect(time.sleeps == [2, 2])
    }

    @Test func `Redirects and retries are requests too`() async throws {
        let time = FakeTime()
        let client = makeClient { $0.timing = time.timing }
        _ = try await client.send(HTTPRequest(url: try StandIn.url("/redirect?n=2"), rate: Rate("1/5s")))
        #expect(time.sleeps == [5, 5])
    }

    @Test func `Never more at once than connections are allowed, and they are used again`() async throws {
        let client = makeClient { $0.connectionsPerHost = 3 }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<30 {
                group.addTask {
                    let url = try StandIn.url("/slow?seconds=0.01&key=bound")
                    _ = try await client.send(HTTPRequest(url: url))
                }
            }
            try await group.waitForAll()
        }
        let log = try await client.send(HTTPRequest(url: try StandIn.url("/log?key=bound"))).json([Logged].self)
        #expect(log.count == 30)
        #expect(log.map(\.inside).max() == 3)
        #expect(Set(log.map(\.port)).count == 3)
    }

    @Test func `A turn is given on when its request is cancelled, waiting or under way`() async throws {
        let gates = HostGates(connectionsPerHost: 1, timing: FakeTime().timing)
        let address = try WebAddress("http://a.example/")
        let (entered, signal) = AsyncStream<Void>.makeStream()
        let first = Task {
            try await gates.withTurn(at: address, rate: nil) { () async throws(Fault) in
                signal.yield()
                do { try await Task.sleep(for: .seconds(50)) } catch { throw .cancelled }
            }
        }
        for await _ in entered { break }
        let second = Task { try await gates.withTurn(at: address, rate: nil) { () async throws(Fault) in } }
        second.cancel()
        await #expect(throws: Fault.cancelled) { try await second.value }
        let third = Task { try await gates.withTurn(at: address, rate: nil) { () async throws(Fault) in 3 } }
        first.cancel()
        #expect(try await third.value == 3)
        #expect(gates.hostCount == 0)
    }

    @Test func `A host at rest is forgotten`() async throws {
        let time = FakeTime()
        let gates = HostGates(connectionsPerHost: 1, timing: time.timing)
        for number in 0..<5 {
            let address = try WebAddress("http://h\(number).example/")
            try await gates.withTurn(at: address, rate: Rate("1/2s")) { () async throws(Fault) in }
            try await time.timing.sleep(.seconds(2))
        }
        #expect(gates.hostCount == 1)
    }
}
