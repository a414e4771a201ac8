// Signatures as Standard Webhooks prescribes them: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

import Crypto
import Foundation

/// The keys that a webhook's deliveries are signed with: `whsec_` and base64, several separated by spaces while one
/// replaces another. Never shows itself.
public struct WebhookSecret: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    private let keys: [SymmetricKey]

    public init(_ text: String) throws(ReactorError) {
        var keys: [SymmetricKey] = []
        for part in text.split(separator: " ") {
            guard part.hasPrefix("whsec_") else { throw .badSecret(reason: "does not begin with whsec_") }
            guard let bytes = Data(base64Encoded: String(part.dropFirst("whsec_".count))) else {
                throw .badSecret(reason: "is not base64 after whsec_")
            }
            // The standard's own bounds, so that a cut-off or a pasted password is noticed here.
            guard (24...64).contains(bytes.count) else {
                throw .badSecret(reason: "holds \(bytes.count) bytes, where 24 to 64 are due")
            }
            keys.append(SymmetricKey(data: bytes))
        }
        guard !keys.isEmpty else { throw .badSecret(reason: "is empty") }
        self.keys = keys
    }

    /// The value of `webhook-signature`: one `v1,BASE64` for each key, HMAC-SHA256 over `id.timestamp.body`.
    public func signature(id: String, timestamp: Int64, body: [UInt8]) -> String {
        let signed = Data("\(id).\(timestamp).".utf8) + Data(body)
        return keys.map { key in
            "v1," + Data(HMAC<SHA256>.authenticationCode(for: signed, using: key)).base64EncodedString()
        }.joined(separator: " ")
    }

    public var description: String { "whsec_…" }
    public var debugDescription: String { description }
}
