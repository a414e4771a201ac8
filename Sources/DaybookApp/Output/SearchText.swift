// What a search found, as people read it: what it is, and the text around the words.

import Projections

enum SearchText {
    static func show(_ row: SearchRow, on console: Console) {
        let snippet = row.snippet.map(\.text).joined()
        // A page's key says nothing.
        let name = row.kind == KeyedCollection.pages.name ? row.watch : "\(row.watch)/\(row.key)"
        var heading = [Span("\(padded(row.kind, to: 8))  ", .faint), Span(displayable(name), .strong)]
        if row.state == .absent { heading.append(Span("  absent", .bad)) }
        if snippet.isSame(as: row.title) {
            heading += [Span("  ")] + row.snippet.map(span)
        } else if !row.title.isEmpty {
            heading.append(Span("  " + displayable(cut(row.title, to: 200))))
        }
        console.line(heading, hang: 10)
        guard !snippet.isSame(as: row.title), !snippet.isSame(as: row.key) else { return }
        console.line([Span("          ")] + row.snippet.map(span), hang: 10)
    }

    static func summary(_ shown: Int, of total: Int) -> String {
        shown < total
            ? "\(grouped(shown)) of \(grouped(total)) found; --limit shows more" : "\(grouped(total)) found"
    }

    /// Lines of a snippet are run together; nothing in it can steer the terminal.
    private static func span(_ piece: SearchRow.Piece) -> Span {
        Span(displayable(piece.text.replacing("\n", with: " · ")), piece.isMatch ? .match : .plain)
    }
}

extension String {
    fileprivate func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
