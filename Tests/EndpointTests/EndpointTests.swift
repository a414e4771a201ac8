import CanonicalJSON
import Foundation
import FoundationNetworking
import Glibc
import Logging
import NIOCore
import Testing

@testable import Endpoint

/// What is answered, without a socket.
@Suite("An endpoint's answers")
struct PageResponderTests {
    private let responder = PageResponder(
        pages: [
            EndpointPage(path: "/open", isOpen: true) { .json(["all": "well"]) },
            EndpointPage(path: "/closed") { EndpointAnswer(status: 200, mediaType: "text/plain", body: "secret\n") },
        ], guardian: BearerGuard(token: "sesame"))

    private func status(_ path: String, _ authorization: String? = nil, method: String = "GET") async -> Int {
        await responder.answer(method: method, path: path, authorization: authorization).status
    }

    @Test(
        "a closed page is given to whoever sends the token, an open one to everybody",
        arguments: [
            ("/open", nil, 200), ("/open", "Bearer wrong", 200), ("/closed", nil, 401),
            ("/closed", "Bearer sesame", 200), ("/closed", "bearer sesame", 200), ("/closed", "Bearer sesam", 401),
            ("/closed", "Bearer sesame ", 401), ("/closed", "Basic sesame", 401), ("/closed", "sesame", 401),
            ("/closed", "Bearer", 401), ("/closed", "", 401),
        ] as [(String, String?, Int)])
    func token(path: String, authorization: String?, expected: Int) async {
        #expect(await status(path, authorization) == expected)
    }

    @Test("where there is no token nobody gets a closed page, not even with an empty one")
    func noToken() async {
        let closed = PageResponder(pages: responder.pages, guardian: BearerGuard(token: nil))
        for authorization in [nil, "Bearer ", "Bearer sesame"] {
            let answer = await closed.answer(method: "GET", path: "/closed", authorization: authorization)
            #expect(answer.status == 401 && answer.body.contains("no `token:`"))
        }
    }

    @Test("pages can be read and nothing else, and what is not there is named")
    func others() async throws {
        #expect(await status("/open", method: "HEAD") == 200)
        let posted = await responder.answer(method: "POST", path: "/open", authorization: nil)
        #expect(posted.status == 405 && posted.headers["Allow"] == "GET, HEAD")
        let missing = await responder.answer(method: "GET", path: "/opne", authorization: nil)
        #expect(missing.status == 404 && missing.mediaType == "application/problem+json")
        let problem = try JSON.parse(missing.body)
        #expect(problem["status"] == 404 && problem["detail"]?.stringValue?.contains("/open, /closed") == true)
    }

    @Test("a refusal says how to ask, and never repeats what was sent")
    func refusal() async {
        let answer = await responder.answer(method: "GET", path: "/closed", authorization: "Bearer hunter2")
        #expect(answer.headers["WWW-Authenticate"] == #"Bearer realm="daybook", error="invalid_token""#)
        #expect(!answer.body.contains("hunter2") && !answer.body.contains("sesame"))
    }
}

@Suite("Where an endpoint listens")
struct ListenAddressTests {
    @Test(
        "an address is a host and a port",
        arguments: [
            ("127.0.0.1:7373", "127.0.0.1", 7373), ("[::1]:80", "::1", 80), ("localhost:0", "localhost", 0),
        ])
    func addresses(text: String, host: String, port: Int) {
        let address = ListenAddress(text)
        #expect(address == ListenAddress(host: host, port: port))
        #expect(address?.description == text)
    }

    @Test("anything else is none", arguments: ["", ":80", "localhost", "localhost:", "localhost:70000", "a:b"])
    func others(text: String) { #expect(ListenAddress(text) == nil) }
}

/// Real sockets.
@Suite("An endpoint that listens", .timeLimit(.minutes(5)))
struct EndpointTests {
    private let logger = Logger(label: "test")

    private func whileListening(_ endpoint: Endpoint, _ body: (Int) async throws -> Void) async throws {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let serving = Task { try await endpoint.run { port.yield($0) } }
        for await number in ports {
            try await body(number)
            break
        }
        serving.cancel()
        _ = try await serving.value
    }

    private func endpoint(port: Int = 0, connectionTime: TimeAmount = Endpoint.connectionTimeMax) -> Endpoint {
        Endpoint(
            address: ListenAddress(host: "127.0.0.1", port: port), token: nil,
            pages: [EndpointPage(path: "/", isOpen: true) { .json(["a": "ü"]) }], logger: logger,
            connectionTime: connectionTime)
    }

    /// Sends bytes and reads until the other side closes.
    private func exchange(_ port: Int, _ text: String) async -> String {
        await withCheckedContinuation { answer in
            DispatchQueue.global().async { answer.resume(returning: Self.blockingExchange(port, text)) }
        }
    }

    private static func blockingExchange(_ port: Int, _ text: String) -> String {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let isConnected = withUnsafePointer(to: address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected, write(socket, text, text.utf8.count) == text.utf8.count else { return "not connected" }
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = read(socket, &buffer, buffer.count), count > 0 { all += buffer[..<count] }
        return String(decoding: all, as: UTF8.self)
    }

    @Test("a request that never ends does not keep its connection: it is answered, and then closed")
    func endlessRequest() async throws {
        try await whileListening(endpoint(connectionTime: .milliseconds(300))) { port in
            let text = "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"
            let start = ContinuousClock.now
            #expect(await exchange(port, text).hasPrefix("HTTP/1.1 200"))
            // Before silence would have ended it.
            #expect(ContinuousClock.now - start < .seconds(Endpoint.idleSecondsMax / 2))
        }
    }

    @Test("it answers over HTTP, HEAD without the body, until it is cancelled")
    func answers() async throws {
        try await whileListening(endpoint()) { port in
            let url = try #require(URL(string: "http://127.0.0.1:\(port)/"))
            let (data, response) = try await URLSession.shared.data(from: url)
            #expect(String(decoding: data, as: UTF8.self) == "{\"a\":\"ü\"}\n")
            let answer = try #require(response as? HTTPURLResponse)
            #expect(answer.statusCode == 200 && answer.value(forHTTPHeaderField: "Cache-Control") == "no-store")
            var head = URLRequest(url: url)
            head.httpMethod = "HEAD"
            #expect(try await URLSession.shared.data(for: head).0.isEmpty)
        }
    }

    @Test("an address that is taken is named")
    func taken() async throws {
        try await whileListening(endpoint()) { port in
            let error = await #expect(throws: EndpointError.self) { try await endpoint(port: port).run() }
            let sentence = error?.description ?? ""
            #expect(sentence.contains("cannot listen on 127.0.0.1:\(port): Address already in use"))
        }
    }
}
