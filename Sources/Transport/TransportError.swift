// The module's one error: a fault, where it happened, and a sentence about it for people.

/// A request that failed, after however many tries.
public struct TransportError: Error, Sendable, CustomStringConvertible {
    public let fault: Fault
    /// The method and the URL, masked.
    public let method: String
    public let url: MaskedURL
    /// How many HTTP requests were made, redirects and tries included.
    public var requests: Int

    public init(_ fault: Fault, method: String = "GET", url: String, requests: Int = 0) {
        self.fault = fault
        self.method = method
        self.url = MaskedURL(url)
        self.requests = requests
    }

    /// One sentence: what happened, where, and what to do about it.
    public var description: String {
        let tries = requests > 1 ? " after \(requests) requests" : ""
        return "\(method) \(url)\(tries): \(fault.what); \(fault.advice)"
    }
}

extension Fault: CustomStringConvertible {
    public var description: String { what }

    /// What happened, without the place.
    package var what: String {
        switch self {
        case .invalidURL(let why): "this is not a usable URL, \(why)"
        case .unsupportedScheme: "only http and https are fetched"
        case .credentialsInURL: "the URL has a user or a password in it"
        case .invalidRequest(let why): "the request cannot be sent, \(why)"
        case .privateAddress(let host, let address): "\(Self.plain(host)) is at the private address \(address)"
        case .nameNotFound(let host): "the name \(Self.plain(host)) does not resolve"
        case .connectFailed(let host, let port): "nothing accepts connections at \(Self.plain(host)) port \(port)"
        case .proxyFailed(let proxy): "the proxy \(Self.plain(proxy)) does not work"
        case .certificate(let host, let reason):
            "the certificate of \(Self.plain(host)) is not accepted (\(Self.plain(reason)))"
        case .tls(let host, let reason):
            "no encrypted connection to \(Self.plain(host)) came about (\(Self.plain(reason)))"
        case .timeout(let phase, let seconds): "\(Self.took(phase)) \(Self.number(seconds)) s"
        case .hungUp: "the server hung up without an answer"
        case .cutShort(let received): "the answer was cut short after \(received) bytes"
        case .garbage(let what): "what came back is not a sound HTTP answer (\(Self.plain(what)))"
        case .tooLarge(let measure, let limit): "\(Self.grew(measure)) \(limit) bytes"
        case .tooManyRedirects(let limit): "it was redirected more than \(limit) times"
        case .redirectRefused(let target, let inner): "a redirect to \(target) was refused, \(inner.what)"
        case .status(let status, let retryAfter):
            "the server answered \(status)" + (retryAfter.map { " and asks to wait \(Self.number($0)) s" } ?? "")
        case .cancelled: "it was cancelled"
        case .failed(let why): "it failed (\(Self.plain(why)))"
        }
    }

    /// What a person can do about it.
    package var advice: String {
        switch self {
        case .invalidURL, .invalidRequest: "correct it where it is written"
        case .unsupportedScheme: "give a URL that begins with http:// or https://"
        case .credentialsInURL: "leave them out and send an Authorization header with a reference such as ${env:NAME}"
        case .privateAddress: "what is found in content may not lead into a private network"
        case .nameNotFound: "check its spelling and this machine's name service"
        case .connectFailed: "check the address and that the server runs"
        case .proxyFailed: "check http_proxy, https_proxy and no_proxy in the environment"
        case .certificate: "check the name, the clock and the authorities that this machine trusts"
        case .tls, .hungUp, .cutShort, .garbage: "try again later, or open it in a browser to see what is there"
        case .timeout: "try again later, or allow it a longer timeout"
        case .tooLarge(.head, _): "the server sends too many headers"
        case .tooLarge: "raise max-size if it is meant to be that large"
        case .tooManyRedirects: "check where it leads, cookies may be missing"
        case .redirectRefused: "give the final URL if it is the right one"
        case .status(let status, _): Self.advice(status: status)
        case .cancelled: "nothing needs to be done"
        case .failed: "try again later"
        }
    }

    private static func advice(status: Int) -> String {
        switch status {
        case 401, 407: "check the credentials"
        case 403: "it may be blocking programs, open it in a browser to see"
        case 404, 410: "nothing is there, check the URL"
        case 429: "ask less often, with a lower rate"
        case 300..<400: "give the URL that it redirects to"
        case 400..<500: "check the request"
        default: "try again later"
        }
    }

    private static func took(_ phase: Phase) -> String {
        switch phase {
        case .connecting: "no connection came about within"
        case .answering: "it was not done within"
        case .stalled: "the answer stalled for"
        }
    }

    private static func grew(_ measure: Measure) -> String {
        switch measure {
        case .transfer: "the answer is larger than"
        case .inflated: "the answer inflates to more than"
        case .head: "the answer's headers are larger than"
        }
    }

    private static func number(_ seconds: Double) -> String {
        seconds == seconds.rounded() && abs(seconds) < 1e15 ? String(Int(seconds)) : String(seconds)
    }

    /// Foreign words on one line of bounded length, without controls.
    private static func plain(_ text: String) -> String {
        String(MaskedURL.withoutControls(text).prefix(200))
    }
}
