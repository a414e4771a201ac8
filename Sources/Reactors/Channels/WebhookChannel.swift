// Tells a program over HTTP, as Standard Webhooks (https://www.standardwebhooks.com) has it.

import EventLog
import Transport

/// POSTs each change as a CloudEvent. The id stays the same on every try, the timestamp and the signature are each try's own.
public struct WebhookChannel: Channel {
    public let form = MessageForm.cloudEvent
    public let concurrency = 16
    private let url: String
    private let secret: WebhookSecret?
    private let network: NetworkTry
    private let now: @Sendable () -> Timestamp

    /// `url` may be a secret itself, in its path or its query, and is never shown or recorded.
    public init(
        url: String, secret: WebhookSecret?, client: HTTPClient, timeout: Duration? = nil,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.url = url
        self.secret = secret
        network = NetworkTry(client: client, timeout: timeout ?? NetworkTry.timeoutStandard)
        self.now = now
    }

    public func deliver(_ message: RenderedMessage) async -> ChannelAnswer {
        let seconds = now().millisecondsSinceEpoch / 1000
        var headers: HTTPHeaders = [
            "Content-Type": message.type,
            "webhook-id": message.key,
            "webhook-timestamp": String(seconds),
        ]
        if let secret {
            headers.add(
                "webhook-signature", secret.signature(id: message.key, timestamp: seconds, body: message.body))
        }
        if message.isLate { headers.add("daybook-late", "true") }
        let answer = await network.send(
            HTTPRequest(url: url, method: "POST", headers: headers, body: message.body, limits: network.limits))
        return AnswerTable.answer(answer.attempt)
    }
}
