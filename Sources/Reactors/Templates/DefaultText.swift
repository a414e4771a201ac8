// What is said about a change when a reactor has no `message:`: a line, and below it what of a text changed.

import CanonicalJSON
import Projections

package enum DefaultText {
    /// The line, and the lines of texts that changed.
    package static func text(_ change: JSON) -> String {
        if StockText.isDue(change) { return StockText.lines(change).joined(separator: "\n") }
        let kind = change["kind"]?.stringValue ?? ""
        let entries = kind.hasSuffix(".added") ? [] : change["changes"]?.arrayValue ?? []
        let lines = entries.filter { DiffLines.areDue($0, in: change) }.flatMap {
            DiffLines.of($0, in: change, DiffLines.standard)
        }
        return ([line(change)] + lines).joined(separator: "\n")
    }

    /// Among others: the line; of stock the items too, each on its own.
    static func brief(_ change: JSON) -> String { StockText.isDue(change) ? text(change) : line(change) }

    /// A subject line: what it is about, and what happened.
    static func title(_ change: JSON) -> String {
        let kind = change["kind"]?.stringValue ?? ""
        let word = kind.split(separator: ".", maxSplits: 1).last.map(String.init) ?? kind
        if kind.hasPrefix("alarm.") {
            return SafeText.visible("\(change["alarm"]?.stringValue ?? "?"): \(change["state"]?.stringValue ?? "?")")
        }
        if kind.hasPrefix("run.") { return SafeText.visible("\(watch(change)): \(word)") }
        if let status = change["status"]?.stringValue { return SafeText.visible("\(watch(change)): \(status)") }
        return SafeText.visible("\(name(change)) \(word)")
    }

    /// One readable line for a change: who it is about, what happened, and each field's old and new value.
    static func line(_ change: JSON) -> String {
        let kind = change["kind"]?.stringValue ?? ""
        let text =
            switch kind.split(separator: ".", maxSplits: 1).last.map(String.init) {
            case "added": "\(name(change)) is new" + details(change)
            case "updated": "\(name(change)) changed" + details(change)
            case "withdrawn": "\(name(change)) was withdrawn"
            case "returned": "\(name(change)) is back" + details(change)
            case "failed" where kind.hasPrefix("run."): "watch \(watch(change)) failed" + reason(change)
            case "suspect" where kind.hasPrefix("run."): "watch \(watch(change)) looks wrong" + reason(change)
            case "recovered" where kind.hasPrefix("run."): "watch \(watch(change)) is well again"
            case "changed" where kind.hasPrefix("alarm."): alarm(change)
            default: "\(kind): \(name(change))" + details(change)
            }
        return SafeText.visible(text)
    }

    private static func alarm(_ change: JSON) -> String {
        let reason = change["reason"]?.stringValue.map { ": " + $0 } ?? ""
        return "alarm \(change["alarm"]?.stringValue ?? "?") is \(change["state"]?.stringValue ?? "?")" + reason
    }

    private static func watch(_ change: JSON) -> String {
        change["watch"]?.stringValue ?? change["subject"]?.stringValue ?? "?"
    }

    private static func name(_ change: JSON) -> String {
        let subject = DiffLines.isPage(change) ? watch(change) : change["subject"]?.stringValue ?? "?"
        let title = ["title", "name"].lazy.compactMap { change["fields"]?[$0]?.stringValue }.first
        guard let title, !title.isEmpty else { return subject }
        return "\(subject) “\(SafeText.shortened(title, to: 100))”"
    }

    private static func details(_ change: JSON) -> String {
        let kind = change["kind"]?.stringValue ?? ""
        guard !kind.hasSuffix(".added"), let changes = change["changes"]?.arrayValue, !changes.isEmpty else {
            return ""
        }
        let parts = changes.prefix(8).map { entry in
            if DiffLines.areDue(entry, in: change) {
                return (changes.count > 1 || !DiffLines.isPage(change) ? "\(entry["field"]?.stringValue ?? "?") " : "")
                    + DiffLines.summary(entry)
            }
            let (old, new) = DiffLines.values(entry, to: 60)
            return "\(entry["field"]?.stringValue ?? "?") \(shown(old)) -> \(shown(new))"
        }
        let rest = changes.count > parts.count ? "; and \(changes.count - parts.count) more" : ""
        return ": " + parts.joined(separator: "; ") + rest
    }

    private static func shown(_ value: String?) -> String {
        guard let value, !value.isEmpty else { return "(none)" }
        return value
    }

    private static func reason(_ change: JSON) -> String {
        if let error = change["error"]?.stringValue { return ": " + SafeText.shortened(error, to: 300) }
        let doubts = change["suspicions"]?.arrayValue?.compactMap(\.stringValue).map { doubt($0, change) } ?? []
        return doubts.isEmpty ? "" : ": " + doubts.joined(separator: ", ")
    }

    private static func doubt(_ suspicion: String, _ change: JSON) -> String {
        switch suspicion {
        case "drop": "much of what is known is missing"
        case "items":
            change["observed"]?.intValue == 0 ? "nothing was found" : "it found fewer or more items than expected"
        case "topics": "its list of topics is empty"
        case "keyless": "more items than usual have no key"
        default: suspicion
        }
    }
}
