// Private addresses: which ones are, and that nothing found in content gets there.

import Foundation
import Testing
import Transport

struct IPAddressTests {
    @Test(arguments: [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.0.1",
        "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.0.1",
        "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.2.3", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:10.0.0.1",
        "64:ff9b::10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::8.8.8.8", "100::1", "2001::1", "2001:0:4136:e378::1",
        "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "fc00::1", "fd12:3456::1", "fe80::1",
        "fe80::1%eth0", "fec0::1", "ff02::1", "5f00::1", "4000::1",
    ])
    func `is not public`(text: String) throws {
        #expect(try #require(IPAddress(text)).isPublic == false)
    }

    @Test(arguments: [
        "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.1", "169.253.0.1", "172.15.0.1", "172.32.0.1", "192.167.1.1", "192.169.1.1", "198.17.0.1",
        "198.20.0.1",
        "223.255.255.255", "::ffff:8.8.8.8", "64:ff9b::808:808", "2606:4700::1111", "2a00:1450::1", "2001:4860::8888",
        "2400::1",
    ])
    func `is public`(text: String) throws {
        #expect(try #require(IPAddress(text)).isPublic)
    }

    @Test(arguments: ["", "localhost", "1.2.3", "1.2.3.4.5", "[::1]", "0x7f.1", "1.2.3.256"])
    func `is no address`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: [0, 1, 3, 5, 15, 17])
    func `Bytes of another number are no address`(count: Int) {
        #expect(IPAddress(bytes: Array(repeating: 1, count: count)) == nil)
    }

    @Test(arguments: [("8.8.8.8", "8.8.8.8"), ("0:0::1", "::1"), ("2606:4700:0:0::1", "2606:4700::1")])
    func `Addresses read as people write them`(text: String, expected: String) throws {
        #expect(try #require(IPAddress(text)).description == expected)
    }
}

@Suite(.timeLimit(.minutes(5)))
struct GuardTests {
    let client = makeClient()

    /// The stand-in's port, for URLs that reach it under other names.
    private func port() throws -> Int { try #require(URL(string: try StandIn.url("/"))?.port) }

    @Test(arguments: ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]", "0.0.0.0"])
    func `What is found in content does not get to this machine, however it is written`(host: String) async throws {
        let url = "http://\(host):\(try port())/hello"
        guard case .privateAddress = try await client.fault(HTTPRequest(url: url, guardPrivate: .content)) else {
            Issue.record("another fault")
            return
        }
    }

    @Test func `A name is judged by what it resolves to`() async throws {
        let port = try port()
        let client = makeClient { $0.pinned = ["public.example:\(port):127.0.0.1"] }
        let request = HTTPRequest(url: "http://public.example:\(port)/hello", guardPrivate: .content)
        #expect(try await client.fault(request) == .privateAddress(host: "public.example", address: "127.0.0.1"))
    }

    @Test func `A connection that is open already is judged again`() async throws {
        let url = try StandIn.url("/hello")
        #expect(try await client.send(HTTPRequest(url: url)).status == 200)
        let fault = try await client.fault(HTTPRequest(url: url, guardPrivate: .content))
        #expect(fault == .privateAddress(host: "127.0.0.1", address: "127.0.0.1"))
        #expect(try await client.send(HTTPRequest(url: url)).status == 200)
    }

    @Test func `What is found in content gets to public addresses`() async throws {
        let client = makeClient { $0.isPublic = { $0 == IPAddress("127.0.0.1") } }
        let request = HTTPRequest(url: try StandIn.url("/redirect?n=2"), guardPrivate: .content)
        #expect(try await client.send(request).text == "hello\n")
    }

    @Test func `A redirect from a public address to a private one is refused`() async throws {
        let port = try port()
        let client = makeClient {
            $0.isPublic = { $0 == IPAddress("127.0.0.1") }
            $0.pinned = ["inside.example:\(port):127.0.0.2"]
        }
        let target = "http://inside.example:\(port)/hello"
        let request = HTTPRequest(url: try StandIn.url("/redirect?to=\(target)"), guardPrivate: .content)
        let inner = Fault.privateAddress(host: "inside.example", address: "127.0.0.2")
        #expect(try await client.fault(request) == .redirectRefused(to: MaskedURL(target), inner))
    }

    @Test func `A configured URL may be private, and so may its redirects to the same place`() async throws {
        #expect(try await client.send(HTTPRequest(url: try StandIn.url("/redirect?n=3"))).text == "hello\n")
    }

    @Test func `A configured URL may not lead to another private place`() async throws {
        let port = try port()
        for target in ["http://localhost:\(port)/hello", "http://127.0.0.1:1/hello", "http://127.0.0.2:\(port)/hello"] {
            let fault = try await client.fault(HTTPRequest(url: try StandIn.url("/redirect?to=\(target)")))
            guard case .redirectRefused(_, .privateAddress) = fault else {
                Issue.record("\(target): \(fault)")
                continue
            }
        }
    }

    @Test func `Where private addresses are allowed, a redirect may lead to one`() async throws {
        let target = "http://localhost:\(try port())/hello"
        let request = HTTPRequest(url: try StandIn.url("/redirect?to=\(target)"), guardPrivate: .unguarded)
        #expect(try await client.send(request).text == "hello\n")
    }

    @Test func `A refused request is not sent`() async throws {
        let url = try StandIn.url("/hello?key=never-sent")
        _ = try await client.fault(HTTPRequest(url: url, guardPrivate: .content))
        let log = try await client.send(HTTPRequest(url: try StandIn.url("/log?key=never-sent"))).json([Logged].self)
        #expect(log.isEmpty)
    }
}
