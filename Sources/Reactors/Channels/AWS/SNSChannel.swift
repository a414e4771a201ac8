// Publishes to a topic of AWS Simple Notification Service.
// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html

import CanonicalJSON
import EventLog
import Transport

public struct SNSChannel: Channel {
    public let form = MessageForm.notice
    public let concurrency = 8
    private let topic: String
    private let service: AWSService
    private let delivery: AWSDelivery

    /// - Parameter topic: its ARN.
    public init(
        topic: String, service: AWSService, credentials: AWSCredentials, client: HTTPClient,
        timeout: Duration? = nil, now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.topic = topic
        self.service = service
        delivery = AWSDelivery(credentials: credentials, client: client, timeout: timeout, now: now)
    }

    public func deliver(_ message: RenderedMessage) async -> ChannelAnswer {
        await delivery.send(AWSRequest(service, form: Self.form(message, topic: topic)))
    }

    /// The parameters of the request, in their order.
    static func form(_ message: RenderedMessage, topic: String) -> [(String, String)] {
        let notice = Notice(message.body)
        let late = message.isLate ? "late: " : ""
        var form = [
            ("Action", "Publish"), ("Version", "2010-03-31"), ("TopicArn", topic),
            ("Subject", AWSText.subject(late + notice.subject)),
            (
                "Message", Shortening(max: AWSText.messageBytesMax, in: .bytes).shortened(notice.text)
            ),
        ]
        for (index, attribute) in message.attributes.enumerated() {
            let entry = "MessageAttributes.entry.\(index + 1)"
            form += [
                ("\(entry).Name", attribute.name), ("\(entry).Value.DataType", "String"),
                ("\(entry).Value.StringValue", attribute.value),
            ]
        }
        return form + message.ordering(for: topic)
    }

    /// The region that an ARN of a topic names: `arn:aws:sns:REGION:ACCOUNT:NAME`; nil where it is no such ARN.
    public static func region(ofTopic arn: String) -> String? {
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "sns", !parts[3].isEmpty, !parts[5].isEmpty else {
            return nil
        }
        return String(parts[3])
    }
}
