// AWS Signature Version 4: a request is signed with a key that is good for one day, region and service. Pure.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html

import Crypto
import Foundation

/// What of a request is signed.
struct SignatureV4 {
    let method: String
    /// Lower case, with its port where that is not the scheme's own.
    let host: String
    /// As it is sent, percent-encoded.
    let path: String
    /// Not encoded.
    let query: [(name: String, value: String)]
    let headers: HTTPHeaders
    let body: [UInt8]
    let service: String
    let region: String
    /// `20150830T123600Z`
    let time: String

    private var day: Substring { time.prefix(8) }
    private var scope: String { "\(day)/\(region)/\(service)/aws4_request" }

    /// The value of `Authorization`.
    func authorization(_ credentials: AWSCredentials) -> String {
        "AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope), SignedHeaders=\(signedHeaders), "
            + "Signature=\(signature(credentials))"
    }

    func signature(_ credentials: AWSCredentials) -> String {
        var key = SymmetricKey(data: Array("AWS4\(credentials.secretKey)".utf8))
        for part in [String(day), region, service, "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
        }
        return Self.hex(HMAC<SHA256>.authenticationCode(for: Array(stringToSign.utf8), using: key))
    }

    var stringToSign: String {
        ["AWS4-HMAC-SHA256", time, scope, Self.hex(SHA256.hash(data: Array(canonicalRequest.utf8)))].joined(
            separator: "\n")
    }

    var canonicalRequest: String {
        let lines = fields.map { "\($0.name):\($0.values.joined(separator: ","))\n" }.joined()
        return [method, canonicalPath, canonicalQuery, lines, signedHeaders, Self.hex(SHA256.hash(data: body))]
            .joined(separator: "\n")
    }

    var signedHeaders: String { fields.map(\.name).joined(separator: ";") }

    /// Every header, by its name in lower case.
    private var fields: [(name: String, values: [String])] {
        var values: [String: [String]] = ["host": [host], "x-amz-date": [time]]
        for field in headers.fields {
            let words = field.value.split(whereSeparator: { $0 == " " || $0 == "\t" })
            values[field.name.lowercased(), default: []].append(words.joined(separator: " "))
        }
        return values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0.key, $0.value) }
    }

    /// All services but S3 take what is encoded once for the wire and encode it once more.
    private var canonicalPath: String {
        if service == "s3" { return path.isEmpty ? "/" : path }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map { Self.encoded(String($0)) }
        return path.isEmpty ? "/" : parts.joined(separator: "/")
    }

    private var canonicalQuery: String {
        let pairs = query.map { (Self.encoded($0.name), Self.encoded($0.value)) }
        return pairs.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    /// Percent-encoded but for RFC 3986's unreserved characters.
    static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: String(UnicodeScalar(byte))
            case 0x2D, 0x2E, 0x5F, 0x7E: String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
