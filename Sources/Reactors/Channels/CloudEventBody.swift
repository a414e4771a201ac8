// A change as a CloudEvents 1.0 event in JSON, as webhooks, programs and JSON Lines files carry it.

import CanonicalJSON
import Projections

enum CloudEventBody {
    static let type = "application/cloudevents+json"

    /// `message` is what people are told of it; it goes into an extension attribute.
    static func bytes(reactor: String, key: String, change: Change, message: String) -> [UInt8] {
        bytes(
            reactor: reactor, key: key, kind: change.kind, subject: change.subject, data: change.data, message: message)
    }

    /// The same of several changes in one message.
    static func bytes(reactor: String, key: String, gathered: GatheredChanges, message: String) -> [UInt8] {
        bytes(
            reactor: reactor, key: key, kind: GatheredChanges.kind, subject: gathered.subject, data: gathered.json,
            message: message)
    }

    private static func bytes(
        reactor: String, key: String, kind: String, subject: String, data: JSON, message: String
    ) -> [UInt8] {
        var event = JSONObject([
            ("specversion", "1.0"), ("id", .string(key)), ("source", .string("/reactors/\(reactor)")),
            ("type", .string(kind)), ("subject", .string(subject)), ("datacontenttype", "application/json"),
            ("data", data),
        ])
        event["time"] = data["time"]
        event["message"] = .string(message)
        return JSON.object(event).canonicalBytes
    }

    /// The event with what is said of one try alone, as extension attributes: which it is, where that is asked for, and
    /// that it is late.
    static func bytes(_ body: [UInt8], attempt: Int? = nil, isLate: Bool) -> [UInt8] {
        guard attempt != nil || isLate, case .object(var event)? = try? JSON.parse(body) else { return body }
        if let attempt { event["attempt"] = JSON(attempt) }
        if isLate { event["late"] = true }
        return JSON.object(event).canonicalBytes
    }
}
