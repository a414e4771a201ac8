// Redirects: the rules as a table, and chains on the wire.

import Foundation
import Testing

@testable import Transport

struct RedirectRuleTests {
    private func hop(_ url: String, _ method: String = "GET", _ headers: HTTPHeaders = [], body: [UInt8]? = nil) throws
        -> Hop
    {
        Hop(address: try WebAddress(url), method: method, headers: headers, body: body)
    }

    @Test(arguments: [
        (301, "POST", "GET"), (302, "POST", "GET"), (303, "POST", "GET"), (303, "PUT", "GET"), (303, "HEAD", "HEAD"),
        (301, "PUT", "PUT"), (302, "HEAD", "HEAD"), (307, "POST", "POST"), (308, "POST", "POST"), (302, "GET", "GET"),
    ])
    func `The method after a redirect`(status: Int, before: String, after: String) throws {
        let hop = try hop("http://a.example/", before, [("Content-Type", "text/plain")], body: [1])
        let next = try #require(try hop.redirected(status: status, location: "/b"))
        #expect(next.method == after)
        #expect((next.body == nil) == (after == "GET" && before != "GET"))
        #expect((next.headers["Content-Type"] == nil) == (next.body == nil))
    }

    @Test(arguments: [
        ("/b?c=d", "http://a.example:81/b?c=d"), ("b", "http://a.example:81/x/b"), ("?q", "http://a.example:81/x/y?q"),
        ("//other.example/z", "http://other.example/z"), ("https://other.example", "https://other.example/"),
        ("../up", "http://a.example:81/up"), ("/ä b", "http://a.example:81/%c3%a4%20b"),
    ])
    func `Where it leads is read against where it was`(location: String, expected: String) throws {
        let next = try hop("http://a.example:81/x/y?z").redirected(status: 302, location: location)
        #expect(next?.address.url == expected)
    }

    @Test(arguments: [(200, "/b"), (304, "/b"), (300, "/b"), (305, "/b"), (302, nil), (302, "")] as [(Int, String?)])
    func `No redirect`(status: Int, location: String?) throws {
        #expect(try hop("http://a.example/").redirected(status: status, location: location) == nil)
    }

    @Test(arguments: [
        ("ftp://a.example/", Fault.unsupportedScheme), ("file:///etc/passwd", .unsupportedScheme),
        ("http://user:word@a.example/", .credentialsInURL), ("gopher://a.example/", .unsupportedScheme),
    ])
    func `Refused wherever it comes from`(location: String, inner: Fault) throws {
        #expect(throws: Fault.redirectRefused(to: MaskedURL(location), inner)) {
            _ = try hop("http://a.example/").redirected(status: 302, location: location)
        }
    }

    @Test(arguments: [
        ("http://a.example/next", true), ("http://a.example:80/next", true), ("https://a.example/", false),
        ("http://a.example:81/", false), ("http://b.example/", false), ("http://sub.a.example/", false),
    ])
    func `Only the same origin gets what may be secret`(location: String, isKept: Bool) throws {
        let headers: HTTPHeaders = [
            ("Authorization", "Bearer x"), ("Cookie", "a=b"), ("X-Api-Key", "k"), ("Accept", "text/html"),
        ]
        let next = try #require(
            try hop("http://a.example/", "GET", headers).redirected(status: 302, location: location))
        #expect(next.headers.fields.map(\.name) == (isKept ? headers.fields.map(\.name) : ["Accept"]))
    }
}

@Suite(.timeLimit(.minutes(5)))
struct RedirectTests {
    let client = makeClient()

    @Test func `A chain is followed to its end, and counted`() async throws {
        let response = try await client.send(HTTPRequest(url: try StandIn.url("/redirect?n=4")))
        #expect(response.text == "hello\n")
        #expect(response.requests == 5)
        #expect(response.url == (try StandIn.url("/hello")))
        #expect(response.wireBytes == 4 * 10 + 6)
    }

    @Test func `A chain that is longer than allowed is given up`() async throws {
        let request = HTTPRequest(url: try StandIn.url("/redirect?n=4"), limits: Limits(redirects: 3))
        #expect(try await client.fault(request) == .tooManyRedirects(limit: 3))
        let enough = HTTPRequest(url: try StandIn.url("/redirect?n=4"), limits: Limits(redirects: 4))
        #expect(try await client.send(enough).status == 200)
    }

    @Test func `With no redirects allowed, the redirect is the answer`() async throws {
        let request = HTTPRequest(url: try StandIn.url("/redirect"), limits: Limits(redirects: 0))
        let response = try await client.send(request)
        #expect(response.status == 302)
        #expect(response.headers["Location"] == "/hello")
    }

    @Test func `A secret stays behind when the chain leaves its origin`() async throws {
        let second = try StandIn()
        var request = HTTPRequest(
            url: try StandIn.url("/redirect?to=\(second.base)/echo"), headers: [("Authorization", "Bearer secret")])
        request.guardPrivate = .unguarded
        #expect(try await client.send(request).json(Echo.self).headers["authorization"] == nil)
        request.url = try StandIn.url("/redirect?to=/echo")
        #expect(try await client.send(request).json(Echo.self).headers["authorization"] == "Bearer secret")
    }

    @Test func `Cookies that a redirect sets go along`() async throws {
        let jar = CookieJar()
        _ = try await client.send(HTTPRequest(url: try StandIn.url("/cookies/set?a=1"), cookies: jar))
        let response = try await client.send(HTTPRequest(url: try StandIn.url("/redirect?to=/cookies"), cookies: jar))
        #expect(try response.json([String: String].self) == ["a": "1"])
    }
}
