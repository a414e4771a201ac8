// Tells a program over HTTP, as Standard Webhooks (https://www.standardwebhooks.com) has it.

import EventLog
import Transport

/// POSTs each change as a CloudEvent. The id stays the same on every try, the timestamp and the signature are each try's own.
public struct WebhookChannel: Channel {
    public let form = MessageForm.cloudEvent
    public let concurrency = 16
    private let url: String
    private let secret: WebhookSecret?
    private let timeout: Duration
    private let client: HTTPClient
    private let now: @Sendable () -> Timestamp

    /// `url` may be a secret itself, in its path or its query, and is never shown or recorded.
    public init(
        url: String, secret: WebhookSecret?, client: HTTPClient, timeout: Duration = .seconds(15),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.url = url
        self.secret = secret
        self.client = client
        self.timeout = timeout
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
        // A redirect of a POST would either lose the body or take it somewhere that nobody configured.
        let limits = Limits(timeout: timeout, connectTimeout: min(timeout, .seconds(10)), size: 8 << 20, redirects: 0)
        let request = HTTPRequest(
            url: url, method: "POST", headers: headers, body: message.body, limits: limits)
        do {
            // One try: the dispatcher has a schedule of its own, which outlives this process.
            let fetched = try await client.fetch(request, retries: 0)
            return Self.answer(.status(fetched.response.status))
        } catch {
            return Self.answer(.fault(error.fault))
        }
    }

    /// What a try means, by the table that all requests share. Pure.
    static func answer(_ attempt: Attempt) -> ChannelAnswer {
        let reason: String
        var status: Int?
        switch attempt {
        case .status(let code, _):
            status = code
            reason = "the receiver answered \(code)"
        case .fault(.status(let code, _)):
            status = code
            reason = "the receiver answered \(code)"
        case .fault(.cancelled): return ChannelAnswer(.interrupted)
        // The fault alone: the URL belongs in no record.
        case .fault(let fault): reason = "\(fault)"
        }
        if let status, (200..<300).contains(status) { return ChannelAnswer(.done([]), status: status) }
        // Whether there is another try is the schedule's to say; how long to wait at least, the receiver's.
        let policy = RetryPolicy(retries: 1, longestRetryAfter: .infinity)
        switch RetryDecision.decide(attempt, tryNumber: 1, policy: policy, random: 0) {
        case .retry(let seconds):
            return ChannelAnswer(.retry(after: seconds > 0 ? seconds : nil, reason: reason), status: status)
        case .done, .giveUp:
            return ChannelAnswer(.park(reason: reason + ", which another try would not change"), status: status)
        }
    }
}
