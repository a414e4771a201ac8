// What the channels to AWS have in common: one signed request a try, and what its answer means.

import EventLog
import Foundation
import Transport

struct AWSDelivery: Sendable {
    let credentials: AWSCredentials
    let client: HTTPClient
    private let now: @Sendable () -> Timestamp

    init(credentials: AWSCredentials, client: HTTPClient, now: @escaping @Sendable () -> Timestamp = Timestamp.now) {
        self.credentials = credentials
        self.client = client
        self.now = now
    }

    func send(_ request: AWSRequest) async -> ChannelAnswer {
        let limits = Limits(timeout: .seconds(15), connectTimeout: .seconds(10), size: 1 << 20, redirects: 0)
        let date = Date(timeIntervalSince1970: Double(now().millisecondsSinceEpoch) / 1000)
        do {
            let response = try await client.send(try request.signed(credentials, at: date, limits: limits))
            let asked = response.headers["Retry-After"].flatMap(Double.init)
            return Self.answer(response.status, retryAfter: asked, body: response.body)
        } catch let error as TransportError {
            return WebhookChannel.answer(.fault(error.fault))
        } catch let fault as Fault {
            return WebhookChannel.answer(.fault(fault))
        } catch {
            return ChannelAnswer(.retry(after: nil, reason: "\(error)"))
        }
    }

    /// By the table that all requests share; but a refusal that is one for now only is tried again whatever its status.
    static func answer(_ status: Int, retryAfter: Double?, body: [UInt8]) -> ChannelAnswer {
        let refusal = AWSRefusal(body)
        let attempt = Attempt.status(refusal.isThrottled ? 429 : status, retryAfter: retryAfter)
        let answer = WebhookChannel.answer(attempt)
        let why = [refusal.code, refusal.message].filter { !$0.isEmpty }.joined(separator: ": ")
        func explained(_ reason: String) -> String { why.isEmpty ? reason : "AWS answered \(status): \(why)" }
        switch answer.outcome {
        case .retry(let after, let reason):
            return ChannelAnswer(.retry(after: after, reason: explained(reason)), status: status)
        case .park(let reason): return ChannelAnswer(.park(reason: explained(reason)), status: status)
        case .done, .skip, .interrupted: return ChannelAnswer(answer.outcome, status: status)
        }
    }
}

/// What AWS bounds: how long a text may be, and what may stand in it.
enum AWSText {
    /// 256 KiB for message and attributes together.
    static let messageBytesMax = 250_000

    /// As a subject has to be: at most 100 characters of ASCII in one line (SNS, Publish).
    static func subject(_ text: String) -> String {
        let plain = text.unicodeScalars.map { (0x20...0x7E).contains($0.value) ? Character($0) : "?" }
        let line = String(plain).trimmingCharacters(in: .whitespaces)
        return line.isEmpty ? "Daybook" : String(line.prefix(100))
    }

    /// Of letters, digits and punctuation, at most 128 of them: what cannot stand there is replaced, and where that could make two the
    /// same they are told apart by a digest.
    static func group(_ text: String) -> String {
        let allowed = Array("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".utf8)
        let isPlain = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || allowed.contains(byte)
        }
        if isPlain, (1...128).contains(text.utf8.count) { return text }
        return Digest.sha256(Array(text.utf8)).hex
    }

    static func shortened(_ text: String) -> String {
        guard text.utf8.count > messageBytesMax else { return text }
        var short = text
        while short.utf8.count > messageBytesMax { short.removeLast(max(1, (short.utf8.count - messageBytesMax) / 4)) }
        return short + "…"
    }
}
