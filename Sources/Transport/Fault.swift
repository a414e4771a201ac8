// What can go wrong on the way out, one case for each thing that a caller or the retry table tells apart.

/// Why a request gave no usable answer. No case carries a secret: no header values, no queries.
public enum Fault: Error, Hashable, Sendable {
    /// The phase that took too long.
    public enum Phase: Hashable, Sendable { case connecting, answering, stalled }
    /// What was larger than allowed.
    public enum Measure: Hashable, Sendable { case transfer, inflated, head }

    case invalidURL(String)
    case unsupportedScheme
    case credentialsInURL
    case invalidRequest(String)
    case privateAddress(host: String, address: String)
    case nameNotFound(host: String)
    case connectFailed(host: String, port: Int)
    case proxyFailed(proxy: String)
    /// The certificate or its chain is not accepted: trying again changes nothing.
    case certificate(host: String, reason: String)
    /// The handshake broke.
    case tls(host: String, reason: String)
    case timeout(Phase, seconds: Double)
    /// The connection ended before any of the answer came.
    case hungUp
    /// The answer ended before its end.
    case cutShort(received: Int)
    /// What came is not HTTP, or does not inflate.
    case garbage(String)
    case tooLarge(Measure, limit: Int)
    case tooManyRedirects(limit: Int)
    /// A redirect that must not be followed; the inner fault says why.
    indirect case redirectRefused(to: MaskedURL, Fault)
    /// A status that is no success; `retryAfter` is what the server asked for, in seconds.
    case status(Int, retryAfter: Double?)
    case cancelled
    case failed(String)
}
