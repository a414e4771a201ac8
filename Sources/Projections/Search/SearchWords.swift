// What someone typed to search for, as a query that the index cannot misread.

/// Words that must all occur: `word`, `wor*` for words that begin so, `"some words"` for a phrase. Every sign that the index's own
/// language knows (AND, NEAR, parentheses, colons) is text here.
public struct SearchWords: Sendable, Equatable {
    struct Term: Equatable {
        let text: String
        let isPrefix: Bool
    }

    let terms: [Term]

    public var count: Int { terms.count }

    /// Nothing where no letter or digit stands in it. More than a few dozen words find nothing that fewer would not, and are
    /// left out.
    public init?(_ text: String) {
        var terms: [Term] = []
        for (position, piece) in text.split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
            let isPhrase = position % 2 == 1
            for word in isPhrase ? [piece] : piece.split(whereSeparator: \.isWhitespace) {
                let term = Term(text: String(word), isPrefix: !isPhrase && word.hasSuffix("*"))
                if term.text.unicodeScalars.contains(where: Self.isIndexed) { terms.append(term) }
            }
        }
        guard !terms.isEmpty else { return nil }
        self.terms = Array(terms.prefix(32))
    }

    /// Letters, digits and private characters make words (SQLite's unicode61); a phrase of none would match nothing.
    private static func isIndexed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .privateUse:
            true
        default: false
        }
    }

    /// In the index's language: each term a string, which only a doubled quotation mark could end, and all of them wanted.
    var expression: String {
        terms.map { term in
            let quoted = "\"" + term.text.replacing("\"", with: "\"\"").replacing("\0", with: " ") + "\""
            return term.isPrefix ? quoted + " *" : quoted
        }.joined(separator: " AND ")
    }
}
