// What people read when something failed: one sentence with what, where and what to do, and never a secret.

import Testing
import Transport

extension Fault {
    /// One fault of every kind; what they carry stands where foreign text would.
    static let oneOfEach: [Fault] = [
        .invalidURL("it does not read as one"), .unsupportedScheme, .credentialsInURL, .invalidRequest("its method"),
        .privateAddress(host: "a.example", address: "10.0.0.1"), .nameNotFound(host: "a.example"),
        .connectFailed(host: "a.example", port: 80), .proxyFailed(proxy: "p.example:3128"),
        .certificate(host: "a.example", reason: "self-signed certificate"), .tls(host: "a.example", reason: "reset"),
        .timeout(.connecting, seconds: 10), .timeout(.answering, seconds: 30), .timeout(.stalled, seconds: 0.5),
        .hungUp,
        .cutShort(received: 10), .garbage("\u{1b}[2Jbytes\n"), .tooLarge(.transfer, limit: 1),
        .tooLarge(.inflated, limit: 1),
        .tooLarge(.head, limit: 1), .tooManyRedirects(limit: 10),
        .redirectRefused(to: MaskedURL("file:///etc/passwd"), .unsupportedScheme), .status(404, retryAfter: nil),
        .status(503, retryAfter: 7), .cancelled, .failed("out of memory"),
    ]
}

struct SentenceTests {
    @Test(arguments: Fault.oneOfEach)
    func `Every fault makes one line that says where and what to do`(fault: Fault) {
        let error = TransportError(fault, url: "https://user:word@a.example/page?token=hunter2#frag")
        let text = error.description
        #expect(text.hasPrefix("GET https://a.example/page?token=***: "))
        #expect(text.contains("; "))
        #expect(!text.contains("hunter2") && !text.contains("word@") && !text.contains("frag"))
        #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    }

    @Test func `A sentence, whole`() {
        let error = TransportError(.status(503, retryAfter: 7), url: "https://a.example/x", requests: 4)
        #expect(
            error.description
                == "GET https://a.example/x after 4 requests: the server answered 503 and asks to wait 7 s; try again later"
        )
        #expect(
            TransportError(.credentialsInURL, url: "http://u:p@a.example/").description
                == "GET http://a.example/: the URL has a user or a password in it; leave them out and send an Authorization "
                + "header with a reference such as ${env:NAME}")
    }

    @Test(.timeLimit(.minutes(5))) func `No secret of a request is in its error`() async throws {
        let client = makeClient()
        let headers: HTTPHeaders = [("Authorization", "Bearer hunter2"), ("Cookie", "s=hunter2")]
        for path in ["/hangup", "/garbage", "/cut?after=1&of=2", "/badgzip", "/redirect?to=ftp://u:hunter2@b.example/"]
        {
            let url = try StandIn.url(path + (path.contains("?") ? "&" : "?") + "token=hunter2")
            let error = await #expect(throws: TransportError.self) {
                try await client.send(HTTPRequest(url: url, headers: headers))
            }
            #expect(error.map { !$0.description.contains("hunter2") } == true)
        }
    }
}
