// A message that tells of nothing: whether a channel works, before anything depends on it.

import CanonicalJSON
import EventLog

public enum TestMessage {
    public static let kind = "daybook.test"

    /// As a channel of this form would be given a change.
    public static func make(channel: String, form: MessageForm, at time: Timestamp) -> RenderedMessage {
        let key = "test-\(RunID.make(at: time))"
        let text = "This is a test of the channel \(channel). Nothing has changed."
        let body: [UInt8]
        let type: String
        switch form {
        case .text: (body, type) = (Array(text.utf8), "text/plain; charset=utf-8")
        case .notice: (body, type) = (Notice(subject: "Daybook: a test of \(channel)", text: text).bytes, Notice.type)
        case .cloudEvent:
            let event: JSON = [
                "specversion": "1.0", "id": .string(key), "source": .string("/channels/\(channel)"),
                "type": .string(kind),
                "subject": .string(channel), "time": .string(time.description), "datacontenttype": "application/json",
                "data": ["text": .string(text)], "message": .string(text),
            ]
            (body, type) = (event.canonicalBytes, CloudEventBody.type)
        }
        return RenderedMessage(
            key: key, kind: kind, subject: channel, time: time, body: body, type: type, isLate: false)
    }
}
