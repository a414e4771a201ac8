// Sends mail through AWS Simple Email Service, version 2 of its API: text and HTML.
// https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html

import CanonicalJSON
import EventLog
import Transport

public struct SESChannel: Channel {
    public let form = MessageForm.notice
    public let concurrency = 4
    private let letter: LetterDefinition
    private let service: AWSService
    private let delivery: AWSDelivery

    public init(
        _ letter: LetterDefinition, service: AWSService, credentials: AWSCredentials, client: HTTPClient,
        timeout: Duration? = nil, now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.letter = letter
        self.service = service
        delivery = AWSDelivery(credentials: credentials, client: client, timeout: timeout, now: now)
    }

    public func deliver(_ message: RenderedMessage) async -> ChannelAnswer {
        let written: Letter
        do throws(BadAddress) { written = try letter.letter(for: message) } catch {
            return ChannelAnswer(.park(reason: error.reason))
        }
        let body = Self.body(written).canonicalBytes
        return await delivery.send(AWSRequest(service, path: "/v2/email/outbound-emails", json: body))
    }

    /// SES makes the `Message-ID` itself; ours goes along as a tag and in a header of its own.
    static func body(_ letter: Letter) -> JSON {
        func text(_ text: String) -> JSON { ["Data": .string(text), "Charset": "UTF-8"] }
        let headers: [JSON] = [
            ["Name": "Auto-Submitted", "Value": "auto-generated"],
            ["Name": "X-Daybook-Id", "Value": .string(letter.key)],
        ]
        return [
            "FromEmailAddress": .string(letter.from.headerText),
            "Destination": ["ToAddresses": .array(letter.to.map { .string($0.headerText) })],
            "Content": [
                "Simple": [
                    "Subject": text(letter.subject), "Body": ["Text": text(letter.text), "Html": text(letter.html)],
                    "Headers": .array(headers),
                ]
            ],
            "EmailTags": [["Name": "daybook-id", "Value": .string(letter.key)]],
        ]
    }
}
