// One request and one answer on the wire, as values: what goes into the loop and what comes out of it.

import CCurl

/// Everything that the loop needs to know about one request. Redirects and retries are decided outside.
struct Exchange: Sendable {
    var hop: Hop
    var userAgent: String
    var refusesPrivate = true
    var isPublic: @Sendable (IPAddress) -> Bool = \.isPublic
    var proxy: String?
    var proxyExceptions = ""
    var authorities: String?
    var pinned: [String] = []
    var cookies: CookieJar?
    var timeout: Duration = .seconds(30)
    var connectTimeout: Duration = .seconds(10)
    var stallTimeout: Duration = .seconds(20)
    var sizeMax = 32 << 20
}

/// What the loop runs: one easy handle, set up, and what came of it.
protocol WireTransfer: AnyObject {
    var handle: UnsafeMutableRawPointer { get }
    /// Once libcurl says that it is done.
    func finish(_ code: CURLcode) -> Result<Answer, Fault>
}

/// An answer that came whole; of a mail server its last reply, the text as the body.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: [UInt8]
    let wireBytes: Int
    let httpVersion: String
}
