// What is tried again, when, and how often: the table, the waits, and fetches on the wire.

import Foundation
import Testing

@testable import Transport

struct RetryDecisionTests {
    @Test(arguments: 100...599)
    func `Every status has its place in the table`(status: Int) {
        let expected: RetryDecision.Kind =
            switch status {
            case 200...299, 304: .success
            case 408, 425, 429: .transient
            case 500...599 where status != 501 && status != 505: .transient
            default: .permanent
            }
        #expect(RetryDecision.kind(of: .status(status)) == expected)
        #expect(RetryDecision.kind(of: .fault(.status(status, retryAfter: nil))) == expected)
    }

    @Test(arguments: Fault.oneOfEach)
    func `Every fault has its place in the table`(fault: Fault) {
        let isTransient =
            switch fault {
            case .nameNotFound, .connectFailed, .proxyFailed, .tls, .timeout, .hungUp, .cutShort, .garbage, .failed,
                .status(503, _):
                true
            default: false
            }
        #expect(RetryDecision.kind(of: .fault(fault)) == (isTransient ? .transient : .permanent))
    }

    @Test func `Tries are counted`() {
        let policy = RetryPolicy(retries: 2)
        func decide(_ number: Int) -> RetryDecision {
            RetryDecision.decide(.fault(.hungUp), tryNumber: number, policy: policy, random: 1)
        }
        #expect(decide(1) == .retry(after: 1))
        #expect(decide(2) == .retry(after: 2))
        #expect(decide(3) == .giveUp)
    }

    @Test(arguments: [(nil, 1), (0.2, 1), (7, 7), (120, 120)] as [(Double?, Double)])
    func `A wait that the server asks for is the least`(asked: Double?, expected: Double) {
        let decision = RetryDecision.decide(
            .status(429, retryAfter: asked), tryNumber: 1, policy: RetryPolicy(), random: 1)
        #expect(decision == .retry(after: expected))
    }

    @Test func `A server that asks for too long a wait is given up`() {
        let attempt = Attempt.status(503, retryAfter: 121)
        #expect(RetryDecision.decide(attempt, tryNumber: 1, policy: RetryPolicy(), random: 1) == .giveUp)
    }

    @Test(arguments: [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (100, 60), (Int.max, 60)] as [(Int, Double)])
    func `The backoff doubles up to its cap, and chance takes any part of it`(number: Int, longest: Double) {
        let backoff = Backoff()
        #expect(backoff.delay(afterTry: number, random: 1) == longest)
        #expect(backoff.delay(afterTry: number, random: 0.25) == longest / 4)
        #expect(backoff.delay(afterTry: number, random: 0) == 0)
    }
}

struct RetryAfterTests {
    /// Sun, 06 Nov 1994 08:49:37 GMT
    private let now = 784_111_777.0

    @Test(arguments: [
        ("0", 0.0), ("120", 120), (" 7 ", 7), ("Sun, 06 Nov 1994 08:50:37 GMT", 60),
        ("Sunday, 06-Nov-94 08:49:47 GMT", 10), ("Sun Nov  6 08:49:39 1994", 2), ("Sun, 06 Nov 1994 08:00:00 GMT", 0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Mon, 07 Nov 1994 08:49:37 GMT", 86_400),
    ])
    func `Seconds and the three kinds of date`(text: String, expected: Double) {
        #expect(RetryAfter.seconds(text, now: now) == expected)
    }

    @Test(arguments: [
        nil, "", "soon", "-1", "1.5", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET",
    ])
    func `What cannot be read asks for nothing`(text: String?) {
        #expect(RetryAfter.seconds(text, now: now) == nil)
    }

    @Test(arguments: [
        ("Thu, 29 Feb 2024 00:00:00 GMT", 1_709_164_800), ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200),
        ("Thu, 31 Dec 1970 23:59:59 GMT", 31_535_999), ("Tue, 19 Jan 2038 03:14:08 GMT", 2_147_483_648),
    ])
    func `Dates are counted in the calendar`(text: String, expected: Int) {
        #expect(HTTPDate.seconds(text) == expected)
    }
}

@Suite(.timeLimit(.minutes(5)))
struct FetchTests {
    private let time = FakeTime()
    private var client: HTTPClient { makeClient { $0.timing = time.timing } }

    private func request(_ path: String) throws -> HTTPRequest { HTTPRequest(url: try StandIn.url(path)) }

    @Test(arguments: ["status", "hangup", "cut"])
    func `What passes is tried again until it works`(how: String) async throws {
        let fetched = try await client.fetch(request("/flaky?key=pass-\(how)&fail=2&how=\(how)"))
        #expect(fetched.response.text == "worked\n")
        #expect(fetched.requests == 3)
        #expect(time.sleeps == [1, 2])
    }

    @Test func `The server's wait is kept, in seconds and as a date`() async throws {
        _ = try await client.fetch(request("/flaky?key=ra-seconds&fail=1&code=429&retry-after=7"))
        let date = "Sun,+06+Nov+1994+08:49:57+GMT"
        _ = try await client.fetch(request("/flaky?key=ra-date&fail=1&retry-after=\(date)"))
        #expect(time.sleeps == [7, 20])
    }

    @Test func `After so many tries the last fault is the answer`() async throws {
        let error = await #expect(throws: TransportError.self) {
            try await client.fetch(request("/flaky?key=give-up&fail=9&code=500"), retries: 2)
        }
        #expect(error?.fault == .status(500, retryAfter: nil))
        #expect(error?.requests == 3)
    }

    @Test(arguments: [0, 3])
    func `What stays as it is, is not tried again`(retries: Int) async throws {
        let error = await #expect(throws: TransportError.self) {
            try await client.fetch(request("/status?code=404"), retries: retries)
        }
        #expect(error?.fault == .status(404, retryAfter: nil))
        #expect(error?.requests == 1)
        #expect(time.sleeps == [])
    }

    @Test func `Without retries there is one try`() async throws {
        let error = await #expect(throws: TransportError.self) {
            try await client.fetch(request("/flaky?key=once&fail=9"), retries: 0)
        }
        #expect(error?.requests == 1)
    }

    @Test func `A page that has not changed is a good answer`() async throws {
        var request = try request("/etag")
        request.validators = Validators(etag: "\"v1\"")
        #expect(try await client.fetch(request).response.isNotModified)
    }

    @Test func `A task that is cancelled does not go on trying`() async throws {
        let client = makeClient {
            $0.timing = Timing(
                now: { ContinuousClock.now }, sleep: { _ in throw CancellationError() }, wallClock: { 0 }, random: { 1 }
            )
        }
        let error = await #expect(throws: TransportError.self) {
            try await client.fetch(request("/flaky?key=cancelled&fail=9"))
        }
        #expect(error?.fault == .cancelled)
    }
}
