// Texts cut to what a service takes, between characters as a reader sees them.

/// How long a text may be, as a service counts.
public struct Shortening: Sendable, Hashable {
    public enum Unit: String, Sendable, CaseIterable {
        /// Of UTF-8.
        case bytes
        /// Of UTF-16: the most that any service means by a character, so that none counts more than this does.
        case characters
    }

    public let max: Int
    public let unit: Unit

    public init(max: Int, in unit: Unit) {
        self.max = max
        self.unit = unit
    }

    /// The text, or as much of it as fits with an ellipsis at its end. No emoji, flag or accented letter is taken apart.
    func shortened(_ text: String) -> String {
        guard size(text) > max else { return text }
        let ellipsis = "…"
        var left = max - size(ellipsis)
        guard left >= 0 else { return "" }
        var end = text.startIndex
        while end < text.endIndex {
            left -= size(text[end])
            guard left >= 0 else { break }
            end = text.index(after: end)
        }
        return text[..<end] + ellipsis
    }

    private func size(_ text: String) -> Int { unit == .bytes ? text.utf8.count : text.utf16.count }
    private func size(_ character: Character) -> Int {
        unit == .bytes ? character.utf8.count : character.utf16.count
    }
}
