// The texts of a message that gathers several changes.

import CanonicalJSON

extension GatheredChanges {
    /// `announce: 12 changes`, or of one subject that was folded `shop/a1: 12 more changes`.
    var title: String {
        let more = reason == .damped ? " more" : ""
        return SafeText.visible("\(subject): \(count)\(more) change\(count == 1 ? "" : "s")")
    }

    /// A line for each change below the title; what is not listed is counted.
    ///
    /// - Parameters:
    ///   - texts: what is said of each listed change.
    ///   - id: what `daybook deliveries` calls the message.
    func text(_ texts: [String], id: String) -> String {
        var lines = [title] + texts.map { Self.indented($0) }
        if more > 0 { lines.append("  … and \(more) more: daybook deliveries show \(id)") }
        return lines.joined(separator: "\n")
    }

    private static func indented(_ text: String) -> String {
        "  " + text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n    ")
    }
}

extension ReactorDefinition {
    /// The bytes of a gathered message and their media type.
    ///
    /// - Parameters:
    ///   - key: the idempotency key.
    ///   - id: what `daybook deliveries` calls it.
    func rendered(
        _ gathered: GatheredChanges, as form: MessageForm, key: String, id: String
    ) -> (body: [UInt8], type: String) {
        switch form {
        case .text:
            let subject = digestSubject.map { $0.render(gathered, saying: texts(gathered)) + ": " } ?? ""
            return (Array((subject + text(gathered, id: id)).utf8), "text/plain; charset=utf-8")
        case .notice:
            let subject = digestSubject?.render(gathered, saying: texts(gathered)) ?? gathered.title
            let notice = Notice(subject: subject, text: text(gathered, id: id), change: gathered.json)
            return (notice.bytes, Notice.type)
        case .cloudEvent:
            let message = text(gathered, id: id)
            return (
                CloudEventBody.bytes(reactor: name, key: key, gathered: gathered, message: message), CloudEventBody.type
            )
        }
    }

    private func text(_ gathered: GatheredChanges, id: String) -> String {
        digestMessage?.render(gathered, saying: texts(gathered)) ?? gathered.text(texts(gathered), id: id)
    }

    /// What is said of each change: by the reactor's `message`, else as briefly as is readable.
    private func texts(_ gathered: GatheredChanges) -> [String] {
        gathered.listed.map { message?.render($0) ?? DefaultText.brief($0) }
    }
}
