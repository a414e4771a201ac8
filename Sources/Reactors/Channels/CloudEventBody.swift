// A change as a CloudEvents 1.0 event in JSON, as webhooks, programs and JSON Lines files carry it.

import CanonicalJSON
import Projections

enum CloudEventBody {
    static let type = "application/cloudevents+json"

    /// `message` is the text of a reactor that has a template of its own; it goes into an extension attribute.
    static func bytes(reactor: String, key: String, change: Change, message: String?) -> [UInt8] {
        var event: JSON = [
            "specversion": "1.0",
            "id": .string(key),
            "source": .string("/reactors/\(reactor)"),
            "type": .string(change.kind),
            "subject": .string(change.subject),
            "datacontenttype": "application/json",
            "data": change.data,
        ]
        if case .object(var members) = event {
            members["time"] = change.data["time"]
            members["message"] = message.map(JSON.string)
            event = .object(members)
        }
        return event.canonicalBytes
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
