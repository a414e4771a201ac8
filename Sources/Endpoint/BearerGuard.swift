// Who may have the closed pages: whoever sends the token (RFC 6750, section 2.1).

import Crypto
import Foundation

struct BearerGuard: Sendable {
    private let digest: SHA256Digest?

    init(token: String?) { digest = token.map { SHA256.hash(data: Data($0.utf8)) } }

    /// Nil where the header has the token. Digests are compared, so that the time it takes tells nothing about the token.
    func refusal(of authorization: String?) -> EndpointAnswer? {
        guard let digest else {
            return refused("This daybook has no `token:` in its daybook.yaml, so this page is given to nobody.", "")
        }
        guard let given = authorization.flatMap(Self.token) else {
            return refused("Send the token of this daybook as Authorization: Bearer TOKEN.", "")
        }
        guard SHA256.hash(data: Data(given.utf8)) == digest else {
            return refused("That is not the token of this daybook.", #", error="invalid_token""#)
        }
        return nil
    }

    private static func token(_ authorization: String) -> Substring? {
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return parts[1]
    }

    private func refused(_ detail: String, _ parameters: String) -> EndpointAnswer {
        var answer = EndpointAnswer.problem(401, "Unauthorized", detail: detail)
        answer.headers["WWW-Authenticate"] = #"Bearer realm="daybook""# + parameters
        return answer
    }
}
