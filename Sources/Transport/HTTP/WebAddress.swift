// A URL as libcurl itself reads it, so that what is checked and what is fetched cannot be two different things.

import CCurl

/// A checked `http` or `https` URL: no credentials in it, no fragment, non-ASCII and spaces encoded.
struct WebAddress: Hashable, Sendable {
    let url: String
    let scheme: String
    /// Lower case; an IPv6 address without its brackets.
    let host: String
    let port: Int

    /// Reads an absolute URL, or one relative to `base` (RFC 3986, section 5).
    init(_ text: String, relativeTo base: WebAddress? = nil) throws(Fault) {
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
            throw .invalidURL("it has control characters in it")
        }
        guard let handle = curl_url() else { throw .failed("out of memory") }
        defer { curl_url_cleanup(handle) }
        if let base, curl_url_set(handle, CURLUPART_URL, base.url, 0) != CURLUE_OK {
            throw .invalidURL("its base is not a URL")
        }
        let code = curl_url_set(handle, CURLUPART_URL, text, UInt32(CURLU_URLENCODE))
        if code == CURLUE_UNSUPPORTED_SCHEME { throw .unsupportedScheme }
        guard code == CURLUE_OK else { throw .invalidURL(base == nil ? "it does not read as one" : "it leads nowhere") }
        let scheme = Self.part(CURLUPART_SCHEME, of: handle).lowercased()
        guard scheme == "http" || scheme == "https" else { throw .unsupportedScheme }
        let hasCredentials = !(Self.part(CURLUPART_USER, of: handle) + Self.part(CURLUPART_PASSWORD, of: handle))
            .isEmpty
        guard !hasCredentials else { throw .credentialsInURL }
        curl_url_set(handle, CURLUPART_FRAGMENT, nil, 0)
        let host = Self.part(CURLUPART_HOST, of: handle).lowercased()
        guard !host.isEmpty, let port = Int(Self.part(CURLUPART_PORT, of: handle, UInt32(CURLU_DEFAULT_PORT))) else {
            throw .invalidURL("it names no host")
        }
        self.url = Self.part(CURLUPART_URL, of: handle)
        self.scheme = scheme
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        self.port = port
    }

    private static func part(_ part: CURLUPart, of handle: OpaquePointer, _ flags: UInt32 = 0) -> String {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return "" }
        defer { curl_free(text) }
        return String(cString: text)
    }

    /// `host:port`, what connections are counted by.
    var endpoint: String { "\(host):\(port)" }

    func isSameOrigin(as other: WebAddress) -> Bool {
        scheme == other.scheme && host == other.host && port == other.port
    }

    /// The same host and port, or the step from its port 80 to 443 that sites take to be encrypted.
    func isSamePlace(as other: WebAddress) -> Bool {
        guard host == other.host else { return false }
        return port == other.port || (scheme == "http" && port == 80 && other.scheme == "https" && other.port == 443)
    }

    /// Whether the host is this machine by its name alone.
    var isLoopback: Bool {
        if host == "localhost" || host.hasSuffix(".localhost") { return true }
        guard let address = IPAddress(host) else { return false }
        return address.bytes.count == 4 ? address.bytes[0] == 127 : address == IPAddress("::1")
    }
}
