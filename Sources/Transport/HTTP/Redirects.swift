// Where a redirect leads and what goes along: pure, so that every rule of it is a row in a test.

/// One request of a chain, as it goes out.
struct Hop: Sendable {
    var address: WebAddress
    var method: String
    var headers: HTTPHeaders
    var body: [UInt8]?
}

extension Hop {
    static let redirectStatuses: Set<Int> = [301, 302, 303, 307, 308]

    /// The next request, where this status with this `Location` is a redirect (RFC 9110, section 15.4).
    ///
    /// A 303 turns everything but HEAD into GET, and so do 301 and 302 with POST, as browsers do it. Another
    /// origin gets no header that could be secret.
    func redirected(status: Int, location: String?) throws(Fault) -> Hop? {
        guard Self.redirectStatuses.contains(status), let location, !location.isEmpty else { return nil }
        var next = self
        do throws(Fault) {
            next.address = try WebAddress(location, relativeTo: address)
        } catch {
            throw .redirectRefused(to: MaskedURL(location), error)
        }
        if becomesGet(status: status) {
            next.method = "GET"
            next.body = nil
            next.headers = next.headers.filtered { !$0.hasPrefix("content-") }
        }
        if !next.address.isSameOrigin(as: address) {
            next.headers = next.headers.filtered(Self.isHarmless)
        }
        return next
    }

    private func becomesGet(status: Int) -> Bool {
        switch status {
        case 303: method != "HEAD" && method != "GET"
        case 301, 302: method == "POST"
        default: false
        }
    }

    /// Known names only: a key may travel in a header of any name.
    private static func isHarmless(_ name: String) -> Bool {
        switch name {
        case "accept", "accept-language", "cache-control", "content-type", "content-language", "user-agent",
            "if-none-match", "if-modified-since":
            true
        default: false
        }
    }
}
