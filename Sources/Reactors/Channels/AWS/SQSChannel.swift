// Sends to a queue of AWS Simple Queue Service, for programs: the change as a CloudEvent.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html

import CanonicalJSON
import EventLog
import Transport

public struct SQSChannel: Channel {
    public let form = MessageForm.cloudEvent
    public let concurrency = 8
    private let queue: String
    private let service: AWSService
    private let delivery: AWSDelivery

    /// - Parameter queue: its URL.
    public init(
        queue: String, service: AWSService, credentials: AWSCredentials, client: HTTPClient,
        timeout: Duration? = nil, now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.queue = queue
        self.service = service
        delivery = AWSDelivery(credentials: credentials, client: client, timeout: timeout, now: now)
    }

    public func deliver(_ message: RenderedMessage) async -> ChannelAnswer {
        guard message.body.count <= AWSText.messageBytesMax else {
            return ChannelAnswer(
                .park(reason: "the change is \(message.body.count) bytes long, and a queue takes 256 KB"))
        }
        return await delivery.send(
            AWSRequest(service, target: "AmazonSQS.SendMessage", json: Self.body(message, queue: queue).canonicalBytes))
    }

    static func body(_ message: RenderedMessage, queue: String) -> JSON {
        let event = CloudEventBody.bytes(message.body, isLate: message.isLate)
        var body = JSONObject([
            ("QueueUrl", .string(queue)), ("MessageBody", .string(String(decoding: event, as: UTF8.self))),
        ])
        body["MessageAttributes"] = .object(
            JSONObject(message.attributes.map { ($0.name, ["DataType": "String", "StringValue": .string($0.value)]) }))
        for (name, value) in message.ordering(for: queue) { body[name] = .string(value) }
        return .object(body)
    }
}
