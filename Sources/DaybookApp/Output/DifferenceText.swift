// What differs between two moments, as people read it.

import Projections

enum DifferenceText {
    static func show(_ row: ItemDifference, title: String, ofPage isPage: Bool, on console: Console) throws {
        let heading = try FieldText.heading(row.fields).map { "  " + displayable($0) } ?? ""
        console.line(
            [
                Span(padded(row.kind.rawValue, to: 9), tint(row.kind)), Span(displayable(title), .strong),
                Span(heading),
            ], hang: 9)
        try FieldText.showChanges(row.changes, ofPage: isPage, limits: DiffLimits(), more: "", on: console)
    }

    /// `3 came, 1 went, 12 changed from 1d ago to now`
    static func summary(_ counts: [ItemDifference.Kind: Int], from: String, to: String?) -> String {
        let parts = ItemDifference.Kind.allCases.compactMap { kind in
            counts[kind].map { "\(grouped($0)) \(kind.rawValue)" }
        }
        let what = parts.isEmpty ? "Nothing differs" : parts.joined(separator: ", ")
        return "\(what) from \(from) to \(to ?? "now")"
    }

    private static func tint(_ kind: ItemDifference.Kind) -> Tint {
        switch kind {
        case .came: .good
        case .went: .bad
        case .changed: .warning
        }
    }
}
