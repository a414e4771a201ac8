// A mail server as `smtp:` names it.

import Transport

/// `smtps://mail.example` or `smtp://mail.example:587`.
struct MailURL: Hashable {
    let host: String
    let port: Int
    let isEncryptedFromTheStart: Bool

    /// What is wrong, as the end of a sentence.
    struct Wrong: Error {
        let reason: String
    }

    init(_ text: String) throws(Wrong) {
        let schemes = ["smtps://", "smtp://"]
        guard let scheme = schemes.first(where: { text.lowercased().hasPrefix($0) }) else {
            throw Wrong(reason: "expected \(Scalar.mailURL.expectation)")
        }
        var rest = String(text.dropFirst(scheme.count))
        if rest.hasSuffix("/") { rest.removeLast() }
        guard !rest.contains("@") else {
            throw Wrong(reason: "a user or a password does not stand in the URL; give them as user and password")
        }
        // What an http URL may have for a host and a port is what this may have.
        guard !rest.contains(where: { "/?#".contains($0) }), (try? WebAddress.check("http://" + rest)) != nil else {
            throw Wrong(reason: "expected \(Scalar.mailURL.expectation), with nothing behind the host but a port")
        }
        isEncryptedFromTheStart = scheme == "smtps://"
        let end = rest.lastIndex(of: "]").map { rest.index(after: $0) } ?? rest.startIndex
        let colon = rest[end...].lastIndex(of: ":")
        let bare = colon.map { String(rest[..<$0]) } ?? rest
        host = bare.hasPrefix("[") ? String(bare.dropFirst().dropLast()) : bare
        let given = colon.flatMap { Int(rest[rest.index(after: $0)...]) }
        port = given ?? (isEncryptedFromTheStart ? 465 : Self.isLoopback(host) ? 25 : 587)
    }

    /// Whether what is said there stays on this machine.
    var isLoopback: Bool { Self.isLoopback(host) }

    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// - Parameter tls: the key of that name.
    func encryption(tls: String?) -> MailRequest.Encryption {
        if isEncryptedFromTheStart { return .fromTheStart }
        return tls == "none" || (tls == nil && isLoopback) ? .none : .startTLS
    }
}
