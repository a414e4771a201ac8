// What the channels to AWS have in common: one signed request a try, and what its answer means.

import EventLog
import Foundation
import Transport

struct AWSDelivery: Sendable {
    private let credentials: AWSCredentials
    private let network: NetworkTry
    private let now: @Sendable () -> Timestamp

    init(
        credentials: AWSCredentials, client: HTTPClient, timeout: Duration?, now: @escaping @Sendable () -> Timestamp
    ) {
        self.credentials = credentials
        network = NetworkTry(client: client, timeout: timeout ?? NetworkTry.timeoutStandard)
        self.now = now
    }

    func send(_ request: AWSRequest) async -> ChannelAnswer {
        let date = Date(timeIntervalSince1970: Double(now().millisecondsSinceEpoch) / 1000)
        let signed: HTTPRequest
        do throws(Fault) { signed = try request.signed(credentials, at: date, limits: network.limits) } catch {
            return AnswerTable.answer(.fault(error))
        }
        return Self.answer(await network.send(signed))
    }

    /// By the table that all channels share; but a refusal that is one for now only is tried again whatever its status.
    private static func answer(_ answer: NetworkTry.Answer) -> ChannelAnswer {
        guard case .status(let status, let asked) = answer.attempt, !(200..<300).contains(status) else {
            return AnswerTable.answer(answer.attempt)
        }
        let refusal = AWSRefusal(answer.body, type: answer.headers["x-amzn-errortype"])
        let counted = refusal.isThrottled ? 429 : status
        let said = [refusal.code, refusal.message].filter { !$0.isEmpty }.joined(separator: ": ")
        let told = AnswerTable.answer(.status(counted, retryAfter: asked), who: "AWS", said: said)
        return ChannelAnswer(told.outcome, status: status)
    }
}

extension RenderedMessage {
    /// What topics and queues are told beside the message, by which receivers can filter.
    var attributes: [(name: String, value: String)] { [("kind", kind), ("subject", subject), ("daybook-id", key)] }

    /// For topics and queues that keep order and drop what comes twice (their names end so), and which alone take these.
    func ordering(for name: String) -> [(String, String)] {
        name.hasSuffix(".fifo") ? [("MessageGroupId", AWSText.group(subject)), ("MessageDeduplicationId", key)] : []
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
}
