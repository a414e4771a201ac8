// Tells any service over HTTP: a URL, headers and a body of the user's own, or of a preset.

import CanonicalJSON
import EventLog
import Transport

/// What is asked of a service to tell it something.
public struct HTTPChannelDefinition: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    public enum Method: String, Sendable, CaseIterable { case post = "POST", put = "PUT", patch = "PATCH" }

    /// With `{name}` where a value of `with` or the message's id belongs. It may be a secret and is shown nowhere.
    public var url: String
    public var method: Method
    public var headers: [(name: String, value: String)]
    public var body: BodyTemplate
    /// Values for the URL, the headers and, as `{{with.name}}`, the body.
    public var with: [String: String]
    public var text: Shortening?
    public var headline: Shortening?
    /// `&`, `<` and `>` are written as entities.
    public var entities: Bool
    public var reading: AnswerReading
    public var timeout: Duration?
    /// What is taken out of an answer's words before anybody sees them.
    public var secrets: [String]

    public init(
        url: String, method: Method = .post, headers: [(name: String, value: String)] = [], body: BodyTemplate,
        with: [String: String] = [:], text: Shortening? = nil, headline: Shortening? = nil, entities: Bool = false,
        reading: AnswerReading, timeout: Duration? = nil, secrets: [String] = []
    ) {
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
        self.with = with
        self.text = text
        self.headline = headline
        self.entities = entities
        self.reading = reading
        self.timeout = timeout
        self.secrets = secrets
    }

    /// It prints without its values, any of which may be a secret.
    public var description: String { "\(method.rawValue) …" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }

    /// What a body is taken for where no header says what it is.
    public static let typeStandard = "application/json"
}

public struct HTTPChannel: Channel {
    public let form = MessageForm.notice
    public let concurrency = 4
    private let definition: HTTPChannelDefinition
    private let network: NetworkTry
    private let mask: SecretMask

    public init(_ definition: HTTPChannelDefinition, client: HTTPClient) {
        self.definition = definition
        network = NetworkTry(client: client, timeout: definition.timeout ?? NetworkTry.timeoutStandard)
        mask = SecretMask(definition.secrets + [Placeholders.filled(url: definition.url, definition.with)])
    }

    public func deliver(_ message: RenderedMessage) async -> ChannelAnswer {
        guard let request = request(for: message) else {
            return ChannelAnswer(.park(reason: "\(ReactorError.badBody)"))
        }
        let (attempt, said) = definition.reading.read(await network.send(request))
        return AnswerTable.answer(attempt, said: shown(said))
    }

    /// A service's own words: no secret that it may repeat, on one line, not too many.
    private func shown(_ said: String) -> String {
        SafeText.shortened(SafeText.visible(mask.masked(said)), to: 200)
    }

    /// Nil where the body does not come out as JSON.
    func request(for message: RenderedMessage) -> HTTPRequest? {
        let notice = Notice(message.body)
        guard
            let body = definition.body.render(notice.change ?? [:], own(message, notice), entities: definition.entities)
        else { return nil }
        let values = definition.with.merging([Placeholders.ofMessage: message.key]) { _, id in id }
        var headers = HTTPHeaders()
        for header in definition.headers { headers.add(header.name, Placeholders.filled(header.value, values)) }
        if headers["Content-Type"] == nil { headers.add("Content-Type", HTTPChannelDefinition.typeStandard) }
        if headers["Idempotency-Key"] == nil { headers.add("Idempotency-Key", message.key) }
        return HTTPRequest(
            url: Placeholders.filled(url: definition.url, values), method: definition.method.rawValue, headers: headers,
            body: body, limits: network.limits)
    }

    private func own(_ message: RenderedMessage, _ notice: Notice) -> [String: Any] {
        func text(_ text: String, _ shortening: Shortening?, keepingLines: Bool = false) -> String {
            let whole = SafeText.visible(text, keepingLines: keepingLines)
            let short = shortening?.shortened(whole) ?? whole
            return definition.entities ? SafeText.entities(short) : short
        }
        // Some services refuse a message without a word in it.
        let words = notice.text.allSatisfy(\.isWhitespace) ? message.kind : notice.text
        return [
            "text": text((message.isLate ? "(late) " : "") + words, definition.text, keepingLines: true),
            "headline": text((message.isLate ? "late: " : "") + notice.subject, definition.headline),
            "id": message.key, "kind": message.kind, "subject": text(message.subject, nil), "late": message.isLate,
            "time": message.time.description, "attempt": message.attempt, "with": definition.with,
        ]
    }
}
