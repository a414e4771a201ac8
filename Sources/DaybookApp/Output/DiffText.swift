// The difference between two texts as it is shown: places, lines that went and came, and a few around them.

import Projections

enum DiffText {
    /// `2 lines added, 1 removed`.
    static func summary(_ diff: TextDiff) -> String {
        guard diff.added > 0 else { return "\(counted(diff.removed, "line")) removed" }
        let removed = diff.removed > 0 ? ", \(grouped(diff.removed)) removed" : ""
        return "\(counted(diff.added, "line")) added\(removed)"
    }

    /// The places that differ; `more` says where the rest is, if not all of it is shown.
    static func show(_ diff: TextDiff, limits: DiffLimits, more: String, margin: Int, on console: Console) {
        let indent = String(repeating: " ", count: margin)
        let shown = diff.hunks(limits)
        for hunk in shown.hunks {
            console.line([Span(indent + hunk.place, .faint)], hang: margin)
            for line in hunk.lines {
                let text = "\(line.mark.rawValue) \(displayable(line: line.text))"
                console.line([Span(indent), Span(text, tint(line.mark))], hang: margin + 2)
            }
        }
        if shown.leftOut > 0 {
            console.line(
                [Span("\(indent)… \(grouped(shown.leftOut)) more changed lines: \(more)", .faint)], hang: margin)
        }
    }

    private static func tint(_ mark: DiffLine.Mark) -> Tint {
        switch mark {
        case .kept: .plain
        case .removed: .bad
        case .added: .good
        }
    }
}
