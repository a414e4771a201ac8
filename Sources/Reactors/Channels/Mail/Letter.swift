// A notification as a mail: to whom, about what, as text and as HTML.

import CanonicalJSON
import EventLog
import Foundation

/// Who writes to whom.
public struct LetterDefinition: Sendable {
    public let from: MailAddress
    /// Each comes to one address; Mustache over the change, as messages are.
    public let to: [MessageTemplate]

    public init(from: MailAddress, to: [MessageTemplate]) {
        self.from = from
        self.to = to
    }

    /// The mail for a message.
    ///
    /// - Throws: for a recipient that does not come out as an address.
    func letter(for message: RenderedMessage) throws(BadAddress) -> Letter {
        let notice = Notice(message.body)
        var recipients: [MailAddress] = []
        for template in to {
            let recipient = try MailAddress(template.render(notice.change ?? [:]))
            if !recipients.contains(where: { $0.address == recipient.address }) { recipients.append(recipient) }
        }
        let subject = SafeText.shortened(SafeText.visible((message.isLate ? "late: " : "") + notice.subject), to: 300)
        return Letter(
            from: from, to: recipients, subject: subject.isEmpty ? "Daybook" : subject,
            text: SafeText.visible(notice.text, keepingLines: true), key: message.key)
    }
}

struct Letter: Sendable {
    let from: MailAddress
    let to: [MailAddress]
    let subject: String
    let text: String
    /// The idempotency key.
    let key: String

    /// The text's lines, those of a difference coloured, and addresses of the web as links.
    var html: String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            "<div style=\"white-space: pre-wrap\(Self.style(line))\">\(Self.marked(line))</div>"
        }
        return """
            <!DOCTYPE html>
            <html><head><meta charset="utf-8"><title>\(Self.escaped(subject))</title></head>
            <body style="font-family: sans-serif">
            \(lines.joined(separator: "\n"))
            </body></html>

            """
    }

    private static func style(_ line: Substring) -> String {
        switch line.prefix(2) {
        case "- ": "; color: #b00020"
        case "+ ": "; color: #00701a"
        case "@ ": "; color: #777777"
        default: line.isEmpty ? "; height: 1em" : ""
        }
    }

    private static func marked(_ line: Substring) -> String {
        line.split(separator: " ", omittingEmptySubsequences: false).map { word in
            let text = escaped(String(word))
            let isLink = word.hasPrefix("https://") || word.hasPrefix("http://")
            return isLink ? "<a href=\"\(text)\">\(text)</a>" : text
        }.joined(separator: " ")
    }

    private static func escaped(_ text: String) -> String {
        SafeText.entities(text).replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
    }

    /// The whole message (RFC 5322), text and HTML as alternatives, under an id that is the same on every try.
    func bytes(at date: Date) -> [UInt8] {
        // Derived, and in characters that no quoted-printable text can have in this order.
        let boundary = "=_daybook_" + Digest.sha256(Array(key.utf8)).hex.prefix(32)
        let header =
            MailHeader.line("From", from.headerText)
            + MailHeader.line("To", to.map(\.headerText).joined(separator: ", "))
            + MailHeader.line("Subject", MailHeader.text(subject))
            + MailHeader.line("Date", MailHeader.date(date))
            + MailHeader.line("Message-ID", "<\(key)@\(from.domain)>")
            + MailHeader.line("Auto-Submitted", "auto-generated") + MailHeader.line("MIME-Version", "1.0")
            + "Content-Type: multipart/alternative; boundary=\"\(boundary)\"\r\n"
        let parts = [("plain", text), ("html", html)].map { kind, text in
            "--\(boundary)\r\nContent-Type: text/\(kind); charset=utf-8\r\n"
                + "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + QuotedPrintable.encoded(text)
        }
        return Array((header + "\r\n" + parts.joined() + "--\(boundary)--\r\n").utf8)
    }
}
