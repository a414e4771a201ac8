// A message with a subject line, as channels for people have them: mail, notification services.

import CanonicalJSON

/// What is kept of such a message: its parts as one JSON object.
struct Notice: Sendable, Equatable {
    static let type = "application/json"

    let subject: String
    let text: String
    /// The change's data, for templates of channels; a message that no change stands behind has none.
    var change: JSON?

    init(subject: String, text: String, change: JSON? = nil) {
        self.subject = subject
        self.text = text
        self.change = change
    }

    /// Of kept bytes; what is none of ours is the text.
    init(_ bytes: [UInt8]) {
        let object = try? JSON.parse(bytes)
        self.init(
            subject: object?["subject"]?.stringValue ?? "",
            text: object?["text"]?.stringValue ?? String(decoding: bytes, as: UTF8.self), change: object?["change"])
    }

    var bytes: [UInt8] {
        var object = JSONObject([("subject", .string(subject)), ("text", .string(text))])
        object["change"] = change
        return JSON.object(object).canonicalBytes
    }
}

extension DeliveryDetail {
    /// The message for a person to read: of one that is kept in parts its subject and its text, any other as it was kept.
    public var readableMessage: [UInt8]? {
        guard let message, delivery.message?.type == Notice.type, (try? JSON.parse(message))?["text"] != nil else {
            return message
        }
        let notice = Notice(message)
        return Array(((notice.subject.isEmpty ? "" : notice.subject + "\n\n") + notice.text).utf8)
    }
}
