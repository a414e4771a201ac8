// What of a text changed, as lines of a message: bounded, since a message goes to a person or into a chat.

import CanonicalJSON
import Projections

enum DiffLines {
    /// What a message shows that says nothing else.
    static let standard = DiffLimits(context: 1, changedLines: 20, lineLength: 200)
    /// What `{{diff}}` shows, where somebody asked for it.
    static let template = DiffLimits(context: 2, changedLines: 60, lineLength: 400)

    /// `2 lines added, 1 removed`.
    static func summary(_ entry: JSON) -> String {
        guard let diff = TextDiff(ofChange: entry) else { return "" }
        guard diff.added > 0 else { return "\(diff.removed) \(lines(diff.removed)) removed" }
        return "\(diff.added) \(lines(diff.added)) added" + (diff.removed > 0 ? ", \(diff.removed) removed" : "")
    }

    /// Whether what changed is best told by its lines.
    static func areDue(_ entry: JSON, in change: JSON) -> Bool {
        TextLines.areDue(ofChange: entry, ofPage: isPage(change))
    }

    /// A watch of a page has one, which goes by the watch's name.
    static func isPage(_ change: JSON) -> Bool { change["kind"]?.stringValue?.hasPrefix("page.") ?? false }

    private static func lines(_ count: Int) -> String { count == 1 ? "line" : "lines" }

    /// The lines of one field's change; of a field without lines `- OLD` and `+ NEW`.
    static func of(_ entry: JSON, in change: JSON, _ limits: DiffLimits) -> [String] {
        guard areDue(entry, in: change), let diff = TextDiff(ofChange: entry) else {
            let (old, new) = values(entry, to: limits.lineLength)
            return [old.map { "- " + $0 }, new.map { "+ " + $0 }].compactMap(\.self)
        }
        let shown = diff.hunks(limits)
        var lines: [String] = []
        for hunk in shown.hunks {
            lines.append("@ " + hunk.place)
            lines += hunk.lines.map { "\($0.mark.rawValue) \(SafeText.visible($0.text))" }
        }
        if shown.leftOut > 0 {
            let command = command(change).map { "; all of them: \($0)" } ?? ""
            lines.append("… and \(shown.leftOut) more changed lines\(command)")
        }
        return lines
    }

    /// Both sides of a change, each on one line and cut so that one sees what differs.
    static func values(_ entry: JSON, to length: Int) -> (old: String?, new: String?) {
        let sides = (entry["old"], entry["new"])
        guard let old = sides.0, let new = sides.1 else {
            return (sides.0.map { value($0, to: length) }, sides.1.map { value($0, to: length) })
        }
        return LineExcerpt.pair(SafeText.visible(old.plainText), SafeText.visible(new.plainText), to: length)
    }

    private static func value(_ value: JSON, to length: Int) -> String {
        LineExcerpt.of(SafeText.visible(value.plainText), to: length)
    }

    /// All fields' changes, under their names where there are several.
    static func all(_ change: JSON, _ limits: DiffLimits) -> [String] {
        let entries = change["changes"]?.arrayValue ?? []
        return entries.flatMap { entry in
            (entries.count > 1 ? ["\(SafeText.visible(entry["field"]?.stringValue ?? "?")):"] : [])
                + of(entry, in: change, limits)
        }
    }

    /// What shows the whole difference: `daybook pages diff news 3 4`.
    private static func command(_ change: JSON) -> String? {
        guard let projection = change["projection"]?.stringValue, let version = change["version"]?.intValue,
            version > 1,
            KeyedCollection.kinds.contains(where: { $0.name == projection }),
            let subject = change["subject"]?.stringValue
        else { return nil }
        let name = projection == KeyedCollection.pages.name ? change["watch"]?.stringValue ?? subject : subject
        return "daybook \(projection) diff \(quoted(name)) \(version - 1) \(version)"
    }

    /// As a shell takes it for one word.
    private static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "/_.-:".utf8.contains(byte)
            }
        }
        return isPlain ? text : "'" + SafeText.visible(text).replacing("'", with: "'\\''") + "'"
    }
}
