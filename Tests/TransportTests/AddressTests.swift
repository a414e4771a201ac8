// URLs: how they are read, compared and shown; headers, heads and proxies.

import Testing

@testable import Transport

struct WebAddressTests {
    @Test(arguments: [
        ("HTTP://Example.COM:80/a#b", "http", "example.com", 80), ("https://a.example", "https", "a.example", 443),
        ("http://[::1]:8080/x", "http", "::1", 8080), ("http://2130706433/", "http", "127.0.0.1", 80),
    ])
    func `Its parts`(text: String, scheme: String, host: String, port: Int) throws {
        let address = try WebAddress(text)
        #expect(address.scheme == scheme)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(!address.url.contains("#"))
    }

    @Test(arguments: [
        ("http://a.example/", "http://a.example/x", true), ("http://a.example/", "https://a.example/", true),
        ("https://a.example/", "http://a.example/", false), ("http://a.example:80/", "http://a.example:81/", false),
        ("http://a.example:8080/", "https://a.example/", false), ("http://a.example/", "http://b.example/", false),
    ])
    func `The same place`(from: String, to: String, expected: Bool) throws {
        #expect(try WebAddress(from).isSamePlace(as: WebAddress(to)) == expected)
    }

    @Test(arguments: [
        ("http://localhost/", true), ("http://x.localhost/", true), ("http://127.9.9.9/", true),
        ("http://[::1]/", true),
        ("http://10.0.0.1/", false), ("http://localhost.example/", false), ("http://[::2]/", false),
    ])
    func `This machine by its name`(url: String, expected: Bool) throws {
        #expect(try WebAddress(url).isLoopback == expected)
    }
}

struct MaskedURLTests {
    @Test(arguments: [
        ("http://a.example/p/q", "http://a.example/p/q"),
        ("https://a.example:81/?token=abc&x=1", "https://a.example:81/?token=***&x=***"),
        ("https://a.example/?abcdef", "https://a.example/?***"),
        ("https://a.example/?a=b=c&&d", "https://a.example/?a=***&&***"),
        ("https://a.example/p?q=http://u:p@b.example/#f", "https://a.example/p?q=***"),
        ("http://user:word@a.example/p", "http://a.example/p"),
        ("http://user:w@rd@a.example/p", "http://a.example/p"),
        ("http://user:w/rd@a.example/p", "http://a.example/p"),
        ("http://user@a.example/p@q", "http://a.example/p@q"),
        ("http://a.example:80/p@q", "http://a.example:80/p@q"),
        ("http://[::1]:80/p@q", "http://[::1]:80/p@q"),
        ("user:word@a.example", "a.example"), ("", ""),
        ("http://a.example/\u{1b}[31m\u{202e}x\n", "http://a.example/[31mx"),
    ])
    func `shows where, and no secret`(url: String, expected: String) {
        #expect(MaskedURL(url).description == expected)
    }
}

struct HTTPHeadersTests {
    @Test func `Names are found whatever their case, and values stay in order`() {
        var headers: HTTPHeaders = [("Set-Cookie", "a"), ("X", "1"), ("set-cookie", "b")]
        #expect(headers["SET-COOKIE"] == "a")
        #expect(headers.all("Set-Cookie") == ["a", "b"])
        headers["set-Cookie"] = "c"
        #expect(headers.all("Set-Cookie") == ["c"])
        headers["X"] = nil
        #expect(headers.fields.count == 1)
    }
}

struct ResponseHeadTests {
    private func head(_ lines: String...) -> ResponseHead {
        var head = ResponseHead()
        for line in lines { head.take(Array((line + "\r\n").utf8)) }
        return head
    }

    @Test func `Status and fields`() {
        let head = head("HTTP/1.1 200 OK", "A:  b  ", "C:d:e", "nonsense", "")
        #expect(head.status == 200)
        #expect(head.headers.fields.map(\.name) == ["A", "C"])
        #expect(head.headers["C"] == "d:e")
    }

    @Test func `An interim answer is forgotten when the real one comes`() {
        let head = head("HTTP/1.1 103 Early Hints", "Link: x", "", "HTTP/1.1 404 Not Found", "A: b", "")
        #expect(head.status == 404)
        #expect(head.headers["Link"] == nil)
        #expect(head.headers["A"] == "b")
    }

    @Test func `Trailers are no headers`() {
        #expect(head("HTTP/2 200", "A: b", "", "C: d").headers["C"] == nil)
    }

    @Test func `A folded line continues its field`() {
        #expect(head("HTTP/1.1 200 OK", "A: b", "  c", "").headers["A"] == "b c")
    }

    @Test func `A status that is no number is none`() {
        #expect(head("HTTP/1.1 abc", "").status == 0)
    }
}

struct ContentTypeTests {
    private func response(_ type: String?) -> HTTPResponse {
        let headers = HTTPHeaders(type.map { [("Content-Type", $0)] } ?? [])
        return HTTPResponse(
            status: 200, url: "", headers: headers, body: [], wireBytes: 0, requests: 1, httpVersion: "1.1")
    }

    @Test(
        arguments: [
            ("text/html; charset=UTF-8", "text/html", "utf-8"),
            ("Text/HTML;charset=\"iso-8859-1\"", "text/html", "iso-8859-1"),
            ("application/json", "application/json", nil),
            ("text/html; boundary=x; Charset = utf-8", "text/html", "utf-8"),
            (nil, nil, nil), ("", nil, nil), ("text/html; charset=", "text/html", nil),
        ] as [(String?, String?, String?)])
    func `Media type and charset`(header: String?, mediaType: String?, charset: String?) {
        #expect(response(header).mediaType == mediaType)
        #expect(response(header).charset == charset)
    }
}

struct ValidatorsTests {
    private static let modified = "Sun, 06 Nov 1994 08:49:37 GMT"
    private static let seconds = 784_111_777.0

    @Test(
        arguments: [
            ("Sun, 06 Nov 1994 08:49:36 GMT", 1000, false), ("Sun, 06 Nov 1994 08:49:37 GMT", 1000, false),
            ("Sun, 06 Nov 1994 08:49:38 GMT", 1000, false), ("Sun, 06 Nov 1994 08:49:39 GMT", 0, true),
            (nil, 59.9, false), (nil, 60, true), ("yesterday", 59.9, false), ("yesterday", 60, true),
        ] as [(String?, Double, Bool)])
    func `A time of change counts only where it is well before the answer`(
        date: String?, askedAfter: Double, counts: Bool
    ) {
        var headers: HTTPHeaders = [("Last-Modified", Self.modified)]
        headers["Date"] = date
        let asked = Self.seconds + askedAfter
        #expect(Validators(of: headers, asked: asked) == (counts ? Validators(lastModified: Self.modified) : nil))
        headers["ETag"] = "\"v1\""
        let both = Validators(etag: "\"v1\"", lastModified: counts ? Self.modified : nil)
        #expect(Validators(of: headers, asked: asked) == both)
    }

    @Test(arguments: ["", "0", "just now"])
    func `A time of change that is no date is none`(text: String) {
        #expect(Validators(of: [("Last-Modified", text)], asked: 1e10) == nil)
    }
}

struct ProxyEnvironmentTests {
    struct Case: Sendable {
        let environment: [String: String]
        let url: String
        let proxy: String?

        init(_ environment: [String: String], _ url: String, _ proxy: String?) {
            self.environment = environment
            self.url = url
            self.proxy = proxy
        }
    }

    @Test(arguments: [
        Case(["http_proxy": "p:1"], "http://a.example/", "p:1"),
        Case(["http_proxy": "p:1"], "https://a.example/", nil),
        Case(["HTTP_PROXY": "p:1"], "http://a.example/", nil),
        Case(["HTTPS_PROXY": "p:1"], "https://a.example/", "p:1"),
        Case(["all_proxy": "p:1"], "http://a.example/", "p:1"),
        Case(["all_proxy": "p:1", "http_proxy": "q:2"], "http://a.example/", "q:2"),
        Case(["http_proxy": "", "ALL_PROXY": "p:1"], "http://a.example/", "p:1"),
        Case(["http_proxy": "p:1"], "http://localhost/", nil),
        Case(["http_proxy": "p:1"], "http://127.0.0.1:80/", nil),
        Case([:], "http://a.example/", nil),
    ])
    func `The proxy for a URL`(_ row: Case) throws {
        #expect(ProxyEnvironment(row.environment).proxy(for: try WebAddress(row.url)) == row.proxy)
    }
}
