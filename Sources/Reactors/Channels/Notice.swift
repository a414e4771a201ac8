// A message with a subject line, as channels for people have them: mail, notification services.

import CanonicalJSON

/// What is kept of such a message: both parts as one JSON object.
struct Notice: Sendable, Equatable {
    static let type = "application/json"

    let subject: String
    let text: String

    init(subject: String, text: String) {
        self.subject = subject
        self.text = text
    }

    /// Of kept bytes; what is none of ours is the text.
    init(_ bytes: [UInt8]) {
        let object = try? JSON.parse(bytes)
        self.init(
            subject: object?["subject"]?.stringValue ?? "",
            text: object?["text"]?.stringValue ?? String(decoding: bytes, as: UTF8.self))
    }

    var bytes: [UInt8] {
        JSON.object(JSONObject([("subject", .string(subject)), ("text", .string(text))])).canonicalBytes
    }
}
