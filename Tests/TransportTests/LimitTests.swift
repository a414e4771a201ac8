// Answers that are too slow, too large, too broken or unwanted by now.

import Foundation
import Testing
import Transport

@Suite(.timeLimit(.minutes(5)))
struct LimitTests {
    let client = makeClient()

    /// For what is to be cancelled: nothing else ends it, however busy the machine.
    private static let patient = Limits(
        timeout: .seconds(280), connectTimeout: .seconds(280), stallTimeout: .seconds(280))

    private func fault(_ path: String, _ limits: Limits = Limits()) async throws -> Fault {
        try await client.fault(HTTPRequest(url: try StandIn.url(path), limits: limits))
    }

    @Test func `An answer that takes too long is given up`() async throws {
        let fault = try await fault("/slow?seconds=30", Limits(timeout: .milliseconds(200)))
        #expect(fault == .timeout(.answering, seconds: 0.2))
    }

    @Test func `An answer that stalls is given up before its time`() async throws {
        let fault = try await fault("/stall", Limits(timeout: .seconds(50), stallTimeout: .seconds(1)))
        #expect(fault == .timeout(.stalled, seconds: 1))
    }

    @Test(
        arguments: [
            (nil, nil, 20), (5, nil, 20), (30, nil, 20), (31, nil, 31), (300, nil, 300), (300, 10, 10), (5, 60, 60),
        ] as [(Int?, Int?, Int)])
    func `An answer has not stalled before a longer time that was asked for is over`(
        timeout: Int?, stallTimeout: Int?, expected: Int
    ) {
        let stalled = stallTimeout.map { Duration.seconds($0) }
        let limits = timeout.map { Limits(timeout: .seconds($0), stallTimeout: stalled) } ?? Limits()
        #expect(limits.stallTimeout == .seconds(expected))
    }

    @Test func `The time limit covers all redirects together`() async throws {
        let client = makeClient { $0.timing = .system }
        let limits = Limits(timeout: .milliseconds(400), redirects: 1000)
        let url = try StandIn.url("/redirect?n=1000&seconds=0.1")
        guard case .timeout(.answering, _) = try await client.fault(HTTPRequest(url: url, limits: limits)) else {
            Issue.record("another fault")
            return
        }
    }

    @Test func `A connection that does not come about is given up`() async throws {
        let full = try FullListener()
        let request = HTTPRequest(url: full.url, limits: Limits(connectTimeout: .milliseconds(200)))
        #expect(try await client.fault(request) == .timeout(.connecting, seconds: 0.2))
    }

    @Test func `Nothing larger than the cap is taken, told or untold`() async throws {
        let cap = Limits(size: 100_000)
        #expect(try await fault("/large?bytes=100001", cap) == .tooLarge(.transfer, limit: 100_000))
        #expect(try await fault("/large?bytes=5000000&chunked=1", cap).isTooLarge)
        let exact = try await client.send(HTTPRequest(url: try StandIn.url("/large?bytes=100000"), limits: cap))
        #expect(exact.body.count == 100_000)
        let head = HTTPRequest(url: try StandIn.url("/large?bytes=5000000"), method: "HEAD", limits: cap)
        #expect(try await client.send(head).status == 200)
    }

    @Test func `A gzip bomb of a gigabyte is stopped at the cap, without the memory for it`() async {
        // In a process of its own: what other tests hold meanwhile is not what this one costs.
        await #expect(processExitsWith: .success) {
            let before = try residentBytes()
            let fault = try await LimitTests().fault("/bomb?mb=1024", Limits(size: 32 << 20))
            #expect(fault == .tooLarge(.inflated, limit: 32 << 20))
            #expect(try residentBytes() - before < 200 << 20)
        }
    }

    @Test func `Headers without end are given up`() async throws {
        #expect(try await client.send(HTTPRequest(url: try StandIn.url("/heads?n=50"))).status == 200)
        #expect(try await fault("/heads?n=400").isTooLarge)
    }

    @Test(arguments: [
        ("/cut?after=10&of=100", Fault.cutShort(received: 10)),
        ("/cut?after=10&of=0&chunked=1", .cutShort(received: 10)),
        ("/hangup", .hungUp),
    ])
    func `An answer that ends early is no answer`(path: String, expected: Fault) async throws {
        #expect(try await fault(path) == expected)
    }

    @Test(arguments: ["/garbage", "/badgzip"])
    func `What is not HTTP, or does not inflate, is garbage`(path: String) async throws {
        guard case .garbage = try await fault(path) else {
            Issue.record("\(try await fault(path))")
            return
        }
    }

    @Test func `A closed port and an unknown name are told apart`() async throws {
        let closed = try await client.fault(HTTPRequest(url: "http://127.0.0.1:1/"))
        #expect(closed == .connectFailed(host: "127.0.0.1", port: 1))
        let unknown = try await client.fault(HTTPRequest(url: "http://no-such-host.invalid/"))
        #expect(unknown == .nameNotFound(host: "no-such-host.invalid"))
    }

    @Test func `Cancelling the task ends the request at once`() async throws {
        let url = try StandIn.url("/slow?seconds=290")
        let task = Task { try await client.fault(HTTPRequest(url: url, limits: Self.patient)) }
        task.cancel()
        #expect(try await task.value == .cancelled)
    }

    @Test func `A request under way is taken off the wire when its task is cancelled`() async throws {
        let url = try StandIn.url("/slow?seconds=290&key=cancel-under-way")
        let task = Task { try await client.fault(HTTPRequest(url: url, limits: Self.patient)) }
        try await untilLogged("cancel-under-way", by: client)
        task.cancel()
        #expect(try await task.value == .cancelled)
    }

    @Test func `Shutting down cancels what is under way and what comes later`() async throws {
        let client = makeClient()
        let url = try StandIn.url("/slow?seconds=290&key=shutdown")
        let task = Task { try await client.fault(HTTPRequest(url: url, limits: Self.patient)) }
        try await untilLogged("shutdown", by: self.client)
        client.shutdown()
        #expect(try await task.value == .cancelled)
        #expect(try await client.fault(HTTPRequest(url: try StandIn.url("/hello"))) == .cancelled)
    }

    @Test(arguments: [
        ("ftp://127.0.0.1/", Fault.unsupportedScheme),
        ("file:///etc/passwd", .unsupportedScheme),
        ("http://user:pass@127.0.0.1/", .credentialsInURL),
        ("http://user@127.0.0.1/", .credentialsInURL),
    ])
    func `Only http and https without credentials are asked`(url: String, expected: Fault) async throws {
        #expect(try await client.fault(HTTPRequest(url: url)) == expected)
    }

    @Test(arguments: ["", "nonsense", "http://", "http://127.0.0.1:99999/", "http://127.0.0.1/\r\nX: y", "//host/path"])
    func `What is no URL is refused`(url: String) async throws {
        guard case .invalidURL = try await client.fault(HTTPRequest(url: url)) else {
            Issue.record("\(url)")
            return
        }
    }

    @Test(arguments: [("X", "a\r\nY: b"), ("X: y\r\nZ", "a"), ("", "a"), ("X", "a\0b")])
    func `A header that would be two is refused`(name: String, value: String) async throws {
        let request = HTTPRequest(url: try StandIn.url("/echo"), headers: [(name, value)])
        guard case .invalidRequest = try await client.fault(request) else {
            Issue.record("it was sent")
            return
        }
    }
}

extension Fault {
    var isTooLarge: Bool {
        if case .tooLarge = self { true } else { false }
    }
}

/// Waits until a request with this key has reached the server.
func untilLogged(_ key: String, by client: HTTPClient) async throws {
    while try await client.send(HTTPRequest(url: try StandIn.url("/log?key=\(key)"))).json([Logged].self).isEmpty {
        try await pause()
    }
}

/// Between two looks at something outside that ends in its own time: a loop that only yields would keep a core busy, and on two
/// cores that starves what it waits for. Throws when the test has had its time.
func pause() async throws { try await Task.sleep(for: .milliseconds(2)) }

/// This process's resident memory.
func residentBytes() throws -> Int {
    let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
    return (Int(fields[1]) ?? 0) * 4096
}

/// A listening socket whose backlog is full: connecting to it neither succeeds nor fails.
final class FullListener {
    let url: String
    private var sockets: [Int32] = []

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        sockets.append(listener)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutableBytes(of: &address) {
            let pointer = $0.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            return bind(listener, pointer, size) == 0 && listen(listener, 0) == 0
                && getsockname(listener, pointer, &size) == 0
        }
        try #require(isBound)
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/"
        for _ in 0..<3 {
            let caller = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            sockets.append(caller)
            _ = withUnsafeBytes(of: &address) {
                connect(caller, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), size)
            }
        }
    }

    deinit { for socket in sockets { close(socket) } }
}
