// What to ask, and within which bounds.

/// One HTTP request. Everything but the URL has a default that suits a watch.
public struct HTTPRequest: Sendable {
    public var url: String
    public var method: String
    /// Sent as they are. To another origin, a redirect takes along only those that cannot be secret.
    public var headers: HTTPHeaders
    public var body: [UInt8]?
    public var limits: Limits
    /// From an earlier answer: makes the request conditional, and 304 an answer to reckon with.
    public var validators: Validators?
    public var guardPrivate: GuardScope
    /// Cookies to send and to keep; without a jar none are kept.
    public var cookies: CookieJar?
    /// How often this host may be asked, by everyone together.
    public var rate: Rate?

    public init(
        url: String, method: String = "GET", headers: HTTPHeaders = [], body: [UInt8]? = nil, limits: Limits = Limits(),
        validators: Validators? = nil, guardPrivate: GuardScope = .configured, cookies: CookieJar? = nil,
        rate: Rate? = nil
    ) {
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
        self.limits = limits
        self.validators = validators
        self.guardPrivate = guardPrivate
        self.cookies = cookies
        self.rate = rate
    }
}

/// The bounds of one request.
public struct Limits: Hashable, Sendable {
    /// For the whole exchange, redirects included; waiting for a turn at the host does not count.
    public var timeout: Duration
    public var connectTimeout: Duration
    /// An answer that brings fewer than 16 bytes a second for so long has stalled. Where nobody says how long, it is 20
    /// seconds; to who gives a request more than the usual time, a slow server has not stalled before that time is over.
    public var stallTimeout: Duration {
        get { ownStallTimeout ?? (timeout > Self.usualTimeout ? timeout : .seconds(20)) }
        set { ownStallTimeout = newValue }
    }
    private var ownStallTimeout: Duration?
    /// Bytes: neither what is transferred nor what it inflates to may be more.
    public var size: Int
    /// 0 follows none: a redirect is then the answer.
    public var redirects: Int

    private static let usualTimeout = Duration.seconds(30)

    public init(
        timeout: Duration = .seconds(30), connectTimeout: Duration = .seconds(10), stallTimeout: Duration? = nil,
        size: Int = 32 << 20,
        redirects: Int = 10
    ) {
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        ownStallTimeout = stallTimeout
        self.size = size
        self.redirects = redirects
    }
}

extension HTTPRequest {
    /// The headers with those that the validators make. Given by hand, a header counts.
    var conditionalHeaders: HTTPHeaders {
        var headers = headers
        if let etag = validators?.etag, headers["If-None-Match"] == nil { headers.add("If-None-Match", etag) }
        if let date = validators?.lastModified, headers["If-Modified-Since"] == nil {
            headers.add("If-Modified-Since", date)
        }
        return headers
    }
}
