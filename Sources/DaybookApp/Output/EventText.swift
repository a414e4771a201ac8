// An event as people read it: one line in a list, or all of it.

import CanonicalJSON
import EventLog

enum EventText {
    /// `    12  2026-11-21 10:02:03  session.observed  reinvent/SVS401  {"room":…}`
    static func line(_ event: Event, _ console: Console) -> String {
        // Ids in the subjects of notifications are long; `log show` has them whole.
        let subject = console.isTerminal ? cut(displayable(event.subject), to: 40) : displayable(event.subject)
        let cells = [
            Tint.faint.applied(to: padded(String(event.sequence), to: 7, right: true), on: console),
            Tint.faint.applied(to: clock(event.time), on: console),
            Tint.strong.applied(to: padded(event.type, to: 22), on: console),
            subject,
        ]
        let head = cells.joined(separator: "  ")
        let data = displayable(event.data.canonicalText)
        let used = 7 + 19 + max(22, event.type.count) + displayWidth(subject) + 8
        return head + "  " + (console.isTerminal ? cut(data, to: max(16, console.width - used)) : data)
    }

    /// The envelope, a line each, then the data, a line each field.
    static func whole(_ event: Event) -> [String] {
        var lines = [
            ("sequence", String(event.sequence)), ("type", event.type), ("source", event.source),
            ("subject", event.subject), ("id", event.id), ("time", event.time.description),
        ]
        if event.recordedTime != event.time { lines.append(("recorded", event.recordedTime.description)) }
        lines.append(("revision", String(event.revision)))
        if let causation = event.causation { lines.append(("caused by", causation)) }
        if let evidence = event.evidence { lines.append(("evidence", evidence)) }
        lines.append(("schema", event.dataSchema))
        for member in event.data.objectValue?.members ?? [] {
            lines.append(("  " + member.key, plain(member.value)))
        }
        return lines.map { padded(displayable($0.0), to: 12) + displayable($0.1) }
    }

    /// Texts without their quotes, everything else as JSON.
    static func plain(_ value: JSON) -> String {
        value.stringValue ?? value.arrayValue.map(list) ?? value.canonicalText
    }

    private static func list(_ values: [JSON]) -> String {
        values.allSatisfy { $0.stringValue != nil }
            ? values.compactMap(\.stringValue).joined(separator: ", ") : JSON.array(values).canonicalText
    }

    /// `2026-11-21 10:02:03`, UTC.
    static func clock(_ time: Timestamp) -> String {
        String(time.description.prefix(19)).replacing("T", with: " ")
    }
}

func padded(_ text: String, to width: Int, right: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - displayWidth(text)))
    return right ? space + text : text + space
}
