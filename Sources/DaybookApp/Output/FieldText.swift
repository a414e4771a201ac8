// An item's fields, and what changed in them, as people read them.

import CanonicalJSON
import Projections

enum FieldText {
    private static let headings = ["title", "name"]

    /// What a list shows of an item: its title or name first, where it has one, then the rest.
    static func summary(_ fields: [UInt8]) throws -> String {
        try members(fields).map { name, value in
            headings.contains(name) ? brief(value) : "\(name): \(brief(value))"
        }.joined(separator: "  ·  ")
    }

    /// The title or name, where the item has one.
    static func heading(_ fields: [UInt8]) throws -> String? {
        try members(fields).first { headings.contains($0.name) }.map { brief($0.value) }
    }

    /// The title or name first.
    private static func members(_ fields: [UInt8]) throws -> [(name: String, value: JSON)] {
        let all = try JSON.parse(fields).objectValue?.members.map { (name: $0.key, value: $0.value) } ?? []
        return all.filter { headings.contains($0.name) } + all.filter { !headings.contains($0.name) }
    }

    /// A text of several lines by its first one.
    static func brief(_ value: JSON) -> String {
        guard !TextLines.isBrief(value), let lines = TextLines.of(value), lines.count > 1 else {
            return EventText.plain(value)
        }
        return "\(lines.first { !$0.isEmpty } ?? "") … (\(counted(lines.count, "line")))"
    }

    /// A line for each field, or several for a text of several lines.
    ///
    /// - Parameter isPage: they are a page's.
    static func show(_ fields: [UInt8], ofPage isPage: Bool = false, on console: Console) throws {
        for (name, value) in try members(fields) {
            let name = displayable(name)
            guard !TextLines.isBrief(value, ofPage: isPage), let lines = TextLines.of(value) else {
                let text = "  \(padded(name, to: 12))  \(displayable(EventText.plain(value)))"
                console.line([Span(text)], hang: 16)
                continue
            }
            console.line("  \(name)")
            for line in lines { console.line([Span("    " + displayable(line: line))], hang: 6) }
        }
    }

    /// What changed: `room: Venetian 1 -> Aria 3` (`(none)` where there was or is no value), and for a text of several lines
    /// which of them went and came.
    ///
    /// - Parameters:
    ///   - isPage: they are a page's.
    ///   - more: where all of a difference is to be found that is larger than `limits`.
    static func showChanges(
        _ changes: [UInt8], ofPage isPage: Bool = false, limits: DiffLimits, more: String, on console: Console
    ) throws {
        let entries = try JSON.parse(changes).arrayValue ?? []
        // What fits on a line first: after a long difference nobody would find it.
        for change in entries where !TextLines.areDue(ofChange: change, ofPage: isPage) {
            console.line([Span("  ")] + change.inline, hang: 4)
        }
        for change in entries where TextLines.areDue(ofChange: change, ofPage: isPage) {
            guard let diff = TextDiff(ofChange: change) else { continue }
            console.line("  \(change.fieldName): \(DiffText.summary(diff))")
            DiffText.show(diff, limits: limits, more: more, margin: 4, on: console)
        }
    }
}

extension JSON {
    fileprivate var fieldName: String { displayable(self["field"]?.stringValue ?? "?") }

    /// Of two long texts only what differs is in colour: the rest is there to be read, not to be compared.
    fileprivate var inline: [Span] {
        let texts = (self["old"], self["new"])
        guard let old = texts.0.map({ displayable(EventText.plain($0)) }),
            let new = texts.1.map({ displayable(EventText.plain($0)) }), min(old.utf8.count, new.utf8.count) > 40
        else {
            return [Span("\(fieldName): "), Self.side(texts.0, .bad), Span(" -> "), Self.side(texts.1, .good)]
        }
        let parts = LineExcerpt.parts(old, new)
        return [Span("\(fieldName): ")] + parts.old.spans(.bad) + [Span(" -> ")] + parts.new.spans(.good)
    }

    private static func side(_ value: JSON?, _ tint: Tint) -> Span {
        value.map { Span(displayable(EventText.plain($0)), tint) } ?? Span("(none)")
    }
}

extension LineExcerpt.Parts {
    fileprivate func spans(_ tint: Tint) -> [Span] { [Span(before), Span(differing, tint), Span(after)] }
}
