// What makes a request conditional (RFC 9110, section 13): which of an answer's validators can be relied on.

/// Validators as the server wrote them.
public struct Validators: Hashable, Sendable {
    public var etag: String?
    public var lastModified: String?

    public init(etag: String? = nil, lastModified: String? = nil) {
        self.etag = etag
        self.lastModified = lastModified
    }

    public var isEmpty: Bool { etag == nil && lastModified == nil }
}

extension Validators {
    /// A page may change twice in the second that its `Last-Modified` names, and would be told as not modified for ever
    /// after. One second is what RFC 9110 (section 8.8.2.2) asks for; the other is for servers that read the clock before the
    /// page.
    private static let secondsBeforeDate = 2.0
    /// Without a `Date` our own clock has to do, and two clocks may differ.
    private static let secondsBeforeAsked = 60.0

    /// Nil where there are none. A `Last-Modified` that is hardly older than the answer is left out, and one that is no date:
    /// the page is then fetched whole once more.
    ///
    /// - Parameter asked: seconds since 1970 at which the request was made.
    init?(of headers: HTTPHeaders, asked: Double) {
        etag = headers["ETag"]
        lastModified = headers["Last-Modified"].flatMap { text in
            HTTPDate.seconds(text).flatMap { Self.isSettled(Double($0), headers, asked: asked) ? text : nil }
        }
        if isEmpty { return nil }
    }

    private static func isSettled(_ modified: Double, _ headers: HTTPHeaders, asked: Double) -> Bool {
        guard let date = headers["Date"].flatMap(HTTPDate.seconds) else {
            return modified + secondsBeforeAsked <= asked
        }
        return modified + secondsBeforeDate <= Double(date)
    }
}
