// A change as `follow` shows it: its place, its time, and what it says, with the lines of a text that changed below.

import CanonicalJSON
import Projections
import Reactors

enum FollowText {
    static func show(_ change: Change, isJSON: Bool, on console: Console) {
        if isJSON { return console.line(change.data.canonicalText) }
        // What reactors say of a change by themselves has been made visible already.
        let lines = DefaultText.text(change.data).split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init)
        let origin = change.origin == .live ? "" : "(\(change.origin.rawValue)) "
        console.line(
            [
                Span("\(padded(String(change.sequence), to: 7, right: true))  \(clock(change))  ", .faint),
                Span(origin, .faint), Span(lines.first ?? "", tint(change.kind)),
            ], hang: 9)
        for line in lines.dropFirst() { console.line([Span("         " + line, tint(ofLine: line))], hang: 11) }
    }

    private static func clock(_ change: Change) -> String {
        String((change.data["time"]?.stringValue ?? "").prefix(19)).replacing("T", with: " ")
    }

    private static func tint(_ kind: String) -> Tint {
        switch kind.split(separator: ".").last {
        case "added", "returned", "recovered": .good
        case "updated": .warning
        case "withdrawn", "failed", "suspect": .bad
        default: .plain
        }
    }

    private static func tint(ofLine line: String) -> Tint {
        switch line.prefix(2) {
        case "- ": .bad
        case "+ ": .good
        case "@ ", "… ": .faint
        default: .plain
        }
    }
}
