// Comma-separated values (RFC 4180, with the line ends of this system), that a spreadsheet takes for text where they are text.

import CanonicalJSON

enum CSV {
    /// One line, ended.
    static func line(_ cells: [String]) -> String { cells.joined(separator: ",") + "\n" }

    /// A value as a cell. Numbers and truth values stand for themselves; texts, and what is written as one, are guarded.
    static func cell(_ value: JSON?) -> String {
        switch value {
        case nil, .null: ""
        case .number?, .bool?: value?.canonicalText ?? ""
        case let value?: cell(EventText.plain(value))
        }
    }

    /// A text as a cell. Spreadsheets take one that begins with `=`, `+`, `-`, `@`, a tab or a line end for a formula, and a
    /// formula can send the other cells to anybody: such a text is preceded by an apostrophe, which they show as text.
    /// (OWASP, "CSV Injection"; the wide forms are read so by some languages' versions.)
    static func cell(_ text: String) -> String {
        let isFormula = text.unicodeScalars.first.map { "=+-@\t\r\n＝＋－＠".unicodeScalars.contains($0) } ?? false
        let guarded = isFormula ? "'" + text : text
        let needsQuotes = guarded.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
        return needsQuotes ? "\"\(guarded.replacing("\"", with: "\"\""))\"" : guarded
    }
}
