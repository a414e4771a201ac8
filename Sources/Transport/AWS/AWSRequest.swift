// A request to AWS: made, signed, and its refusal read.

import Foundation

/// A POST to one of AWS's services, to be signed for each try, since a signature is good for some minutes only.
public struct AWSRequest: Sendable {
    public let service: AWSService
    public let path: String
    public let headers: HTTPHeaders
    public let body: [UInt8]

    /// One of the query protocol (SNS): an action and its parameters as a form.
    public init(_ service: AWSService, form: [(String, String)]) {
        self.service = service
        path = "/"
        headers = ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"]
        let pairs = form.map { "\(SignatureV4.encoded($0.0))=\(SignatureV4.encoded($0.1))" }
        body = Array(pairs.joined(separator: "&").utf8)
    }

    /// One of the JSON protocol (SQS).
    public init(_ service: AWSService, target: String, json: [UInt8]) {
        self.service = service
        path = "/"
        headers = ["Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": target]
        body = json
    }

    /// One of a REST protocol (SES, version 2).
    ///
    /// - Parameter path: of characters that need no encoding.
    public init(_ service: AWSService, path: String, json: [UInt8]) {
        self.service = service
        self.path = path
        headers = ["Content-Type": "application/json"]
        body = json
    }

    /// The request with its signature.
    ///
    /// - Parameter date: when it is sent; AWS takes it for a quarter of an hour.
    public func signed(_ credentials: AWSCredentials, at date: Date, limits: Limits) throws(Fault) -> HTTPRequest {
        let address = try WebAddress(service.endpoint + path)
        let time = Self.stamp(date)
        var sent = headers
        if let token = credentials.sessionToken { sent.add("X-Amz-Security-Token", token) }
        // An endpoint that is not AWS's own may have a path before ours.
        let path = URLComponents(string: address.url)?.percentEncodedPath ?? path
        let signature = SignatureV4(
            method: "POST", host: Self.host(address), path: path, query: [], headers: sent, body: body,
            service: service.name, region: service.region, time: time)
        sent.add("X-Amz-Date", time)
        sent.add("Authorization", signature.authorization(credentials))
        return HTTPRequest(url: address.url, method: "POST", headers: sent, body: body, limits: limits)
    }

    private static func host(_ address: WebAddress) -> String {
        let isStandard = address.port == (address.scheme == "https" ? 443 : 80)
        let host = address.host.contains(":") ? "[\(address.host)]" : address.host
        return isStandard ? host : "\(host):\(address.port)"
    }

    /// `20150830T123600Z`
    static func stamp(_ date: Date) -> String {
        let parts = Calendar(identifier: .gregorian).dateComponents(in: .gmt, from: date)
        func two(_ number: Int?) -> String { (number ?? 0) < 10 ? "0\(number ?? 0)" : "\(number ?? 0)" }
        return
            "\(parts.year ?? 0)\(two(parts.month))\(two(parts.day))T\(two(parts.hour))\(two(parts.minute))\(two(parts.second))Z"
    }
}

/// What AWS says where it refuses, in XML (query protocol) or JSON.
public struct AWSRefusal: Sendable, Equatable {
    /// Such as `Throttling`; empty where the answer names none.
    public let code: String
    /// In one line: behind it AWS repeats what was signed, the session's token among it.
    public let message: String

    /// - Parameter type: the header `x-amzn-errortype`, where the body does not name the code (REST protocols).
    public init(_ body: [UInt8], type header: String? = nil) {
        let text = String(decoding: body.prefix(8192), as: UTF8.self)
        let whole: String
        if text.first == "{" || text.first == "[" {
            let object = (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any]
            let type = object?["__type"] as? String ?? object?["code"] as? String ?? header ?? ""
            code = String(type.split(separator: ":").first?.split(separator: "#").last ?? "")
            whole = object?["message"] as? String ?? object?["Message"] as? String ?? ""
        } else {
            code = Self.element("Code", in: text)
            whole = Self.element("Message", in: text)
        }
        message = String(whole.drop { $0.isWhitespace }.prefix { !$0.isNewline })
    }

    private static func element(_ name: String, in text: String) -> String {
        guard let start = text.range(of: "<\(name)>"),
            let end = text.range(of: "</\(name)>", range: start.upperBound..<text.endIndex)
        else { return "" }
        return String(text[start.upperBound..<end.lowerBound])
    }

    /// Refused for now only, though the status may say otherwise.
    public var isThrottled: Bool {
        ["Throttl", "TooManyRequests", "RequestLimitExceeded", "SlowDown", "KMSThrottl"].contains { code.contains($0) }
    }
}
