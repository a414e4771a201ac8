// One request and its answer, against a real server.

import Foundation
import Testing
import Transport

@Suite(.timeLimit(.minutes(5)))
struct SendTests {
    let client = makeClient()

    @Test func `An answer comes with its status, headers, body and sizes`() async throws {
        let response = try await client.send(HTTPRequest(url: try StandIn.url("/hello")))
        #expect(response.status == 200)
        #expect(response.text == "hello\n")
        #expect(response.wireBytes == 6)
        #expect(response.requests == 1)
        #expect(response.httpVersion == "1.1")
        #expect(response.headers["content-LENGTH"] == "6")
        #expect(response.mediaType == "text/plain")
        #expect(response.charset == "utf-8")
        #expect(response.url == (try StandIn.url("/hello")))
    }

    @Test func `It says who it is and what it can inflate`() async throws {
        let echo = try await client.send(HTTPRequest(url: try StandIn.url("/echo?a=b"))).json(Echo.self)
        #expect(echo.method == "GET")
        #expect(echo.path == "/echo?a=b")
        #expect(echo.headers["user-agent"] == "daybook/1.2 (+https://daybook.example/)")
        #expect(echo.headers["accept-encoding"]?.contains("gzip") == true)
        #expect(echo.headers["accept-encoding"]?.contains("br") == true)
        #expect(echo.headers["accept-encoding"]?.contains("zstd") == true)
    }

    @Test(arguments: ["GET", "HEAD", "POST", "PUT", "DELETE"])
    func `Every method arrives as it is`(method: String) async throws {
        let response = try await client.send(HTTPRequest(url: try StandIn.url("/echo"), method: method))
        #expect(response.status == 200)
        if method != "HEAD" { #expect(try response.json(Echo.self).method == method) }
    }

    @Test(arguments: [0, 5, 3_000_000])
    func `A body arrives whole, with the type it was given and no other`(size: Int) async throws {
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: size)
        let request = HTTPRequest(
            url: try StandIn.url("/echo"), method: "POST", headers: [("Content-Type", "application/json")], body: body)
        let echo = try await client.send(request).json(Echo.self)
        #expect(echo.body.utf8.count == size)
        #expect(echo.headers["content-type"] == "application/json")
        #expect(echo.headers["content-length"] == String(size))
        #expect(echo.headers["expect"] == nil)
        let bare = HTTPRequest(url: try StandIn.url("/echo"), method: "POST", body: body)
        #expect(try await client.send(bare).json(Echo.self).headers["content-type"] == nil)
    }

    @Test func `Headers arrive, also empty ones, and a given User-Agent counts`() async throws {
        let headers: HTTPHeaders = [("X-Key", "value"), ("X-Empty", ""), ("User-Agent", "other/1")]
        let request = HTTPRequest(url: try StandIn.url("/echo"), headers: headers)
        let echo = try await client.send(request).json(Echo.self)
        #expect(echo.headers["x-key"] == "value")
        #expect(echo.headers["x-empty"] == "")
        #expect(echo.headers["user-agent"] == "other/1")
    }

    @Test func `Spaces and other letters in a URL are encoded`() async throws {
        let echo = try await client.send(HTTPRequest(url: try StandIn.url("/echo/ü b?q=ä%20c#top"))).json(Echo.self)
        #expect(echo.path.lowercased() == "/echo/%c3%bc%20b?q=%c3%a4%20c")
    }

    @Test(arguments: [200, 304, 404, 500, 503])
    func `Every status is an answer to one who sends`(status: Int) async throws {
        #expect(try await client.send(HTTPRequest(url: try StandIn.url("/status?code=\(status)"))).status == status)
    }

    @Test func `What an answer had as validators makes the next request conditional`() async throws {
        let url = try StandIn.url("/etag")
        let first = try await client.send(HTTPRequest(url: url))
        #expect(first.text == "a page\n")
        let validators = try #require(first.validators)
        #expect(validators == Validators(etag: "\"v1\"", lastModified: "Sun, 06 Nov 1994 08:49:37 GMT"))
        for known in [validators, Validators(etag: validators.etag), Validators(lastModified: validators.lastModified)]
        {
            let again = try await client.send(HTTPRequest(url: url, validators: known))
            #expect(again.isNotModified)
            #expect(again.body.isEmpty)
        }
        #expect(try await client.send(HTTPRequest(url: url, validators: Validators(etag: "\"v0\""))).status == 200)
    }

    @Test func `A jar keeps cookies, another one knows nothing of them`() async throws {
        let jar = CookieJar()
        _ = try await client.send(HTTPRequest(url: try StandIn.url("/cookies/set?session=abc&b=2"), cookies: jar))
        func sent(_ jar: CookieJar?) async throws -> [String: String] {
            try await client.send(HTTPRequest(url: try StandIn.url("/cookies"), cookies: jar)).json(
                [String: String].self)
        }
        #expect(try await sent(jar) == ["session": "abc", "b": "2"])
        #expect(try await sent(CookieJar()) == [:])
        #expect(try await sent(nil) == [:])
    }

    @Test func `A jar may be used by many requests at once`() async throws {
        let jar = CookieJar()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    let url = try StandIn.url("/cookies/set?c\(number)=\(number)")
                    _ = try await client.send(HTTPRequest(url: url, cookies: jar))
                }
            }
            try await group.waitForAll()
        }
        let sent = try await client.send(HTTPRequest(url: try StandIn.url("/cookies"), cookies: jar))
        #expect(try sent.json([String: String].self).count == 20)
    }

    @Test func `A proxy from the environment is asked for other hosts, never for this machine`() async throws {
        let proxy = try StandIn.shared.get().base
        let client = makeClient { $0.proxies = ProxyEnvironment(["http_proxy": proxy, "no_proxy": "plain.invalid"]) }
        let proxied = try await client.send(HTTPRequest(url: "http://site.invalid/page"))
        #expect(proxied.text == "proxied GET http://site.invalid/page\n")
        #expect(try await client.send(HTTPRequest(url: try StandIn.url("/hello"))).text == "hello\n")
        let plain = try await client.fault(HTTPRequest(url: "http://plain.invalid/"))
        #expect(plain == .nameNotFound(host: "plain.invalid"))
    }

    @Test func `A proxy is not used where private addresses are refused`() async throws {
        let proxy = try StandIn.shared.get().base
        let client = makeClient { $0.proxies = ProxyEnvironment(["http_proxy": proxy]) }
        let fault = try await client.fault(HTTPRequest(url: "http://site.invalid/", guardPrivate: .content))
        #expect(fault == .nameNotFound(host: "site.invalid"))
    }
}
