// What came back, whole: an answer that was cut short or too large is an error and never one of these.

/// A complete answer, whatever its status.
public struct HTTPResponse: Sendable {
    public let status: Int
    /// Where the answer came from, after redirects. It may hold secrets: `MaskedURL` is for showing.
    public let url: String
    public let headers: HTTPHeaders
    /// The body, inflated.
    public let body: [UInt8]
    /// Body bytes as they were transferred, those of redirects included.
    public let wireBytes: Int
    /// HTTP requests made for it: 1, and one for each redirect.
    public let requests: Int
    /// `1.0`, `1.1` or `2`.
    public let httpVersion: String
    /// What to ask with next time, where the server gave anything that can be relied on.
    public internal(set) var validators: Validators?

    public var contentType: String? { headers["Content-Type"] }

    /// The media type in lower case without its parameters: `text/html`.
    public var mediaType: String? {
        guard let type = contentType?.prefix(while: { $0 != ";" }) else { return nil }
        let trimmed = type.filter { !$0.isWhitespace }.lowercased()
        return trimmed.isEmpty ? nil : trimmed
    }

    /// The `charset` parameter of the content type, in lower case.
    public var charset: String? {
        guard let parameters = contentType?.split(separator: ";").dropFirst() else { return nil }
        for parameter in parameters {
            let pair = parameter.split(separator: "=", maxSplits: 1).map {
                $0.filter { !$0.isWhitespace && $0 != "\"" }
            }
            if pair.count == 2, pair[0].lowercased() == "charset", !pair[1].isEmpty { return pair[1].lowercased() }
        }
        return nil
    }

    /// Seconds that the server asks to wait (RFC 9110, section 10.2.3).
    ///
    /// - Parameter now: seconds since 1970, for a server that names a date.
    public func retryAfter(now: Double) -> Double? { RetryAfter.seconds(headers["Retry-After"], now: now) }

    public var isNotModified: Bool { status == 304 }
}
