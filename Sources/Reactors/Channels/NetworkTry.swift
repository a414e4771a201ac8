// One request for one message, and what came of it: the part that all channels over HTTP share.

import Transport

struct NetworkTry: Sendable {
    let client: HTTPClient
    let timeout: Duration

    static let timeoutStandard = Duration.seconds(15)

    /// What a request came to, with the answer's words for channels that read them.
    struct Answer: Sendable {
        let attempt: Attempt
        var headers = HTTPHeaders()
        var body: [UInt8] = []
    }

    /// A redirect of a message would either lose the body or take it somewhere that nobody configured: none is followed.
    var limits: Limits {
        Limits(timeout: timeout, connectTimeout: min(timeout, .seconds(10)), size: 8 << 20, redirects: 0)
    }

    /// One try: the dispatcher has a schedule of its own, which outlives this process.
    func send(_ request: HTTPRequest) async -> Answer {
        do {
            let response = try await client.send(request)
            let asked = response.retryAfter(now: client.configuration.timing.wallClock())
            return Answer(
                attempt: .status(response.status, retryAfter: asked), headers: response.headers, body: response.body)
        } catch {
            return Answer(attempt: .fault(error.fault))
        }
    }
}
