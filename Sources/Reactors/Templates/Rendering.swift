// From a change to the bytes that a channel sends.

import CanonicalJSON
import EventLog
import Projections

extension ReactorDefinition {
    /// The message's bytes and their media type.
    func rendered(_ change: Change, as form: MessageForm, key: String) -> (body: [UInt8], type: String) {
        switch form {
        case .text:
            let subject = subject.map { $0.render(change.data) + ": " } ?? ""
            let text = subject + text(change)
            return (Array(text.utf8), "text/plain; charset=utf-8")
        case .notice:
            let subject = subject?.render(change.data) ?? DefaultText.title(change.data)
            return (Notice(subject: subject, text: text(change), change: change.data).bytes, Notice.type)
        case .cloudEvent:
            let bytes = CloudEventBody.bytes(reactor: name, key: key, change: change, message: text(change))
            return (bytes, CloudEventBody.type)
        }
    }

    /// What is said of a change: by the reactor's `message`, else what changed.
    func text(_ change: Change) -> String { message?.render(change.data) ?? DefaultText.text(change.data) }
}
