// Patterns over words, in which `*` stands for any text: `session.*`.

enum WordPattern {
    static func matches(_ pattern: String, _ word: String) -> Bool {
        matches(Array(pattern.utf8)[...], Array(word.utf8)[...])
    }

    /// Patterns are a few letters long, so trying each length for a `*` is quick enough.
    private static func matches(_ pattern: ArraySlice<UInt8>, _ word: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return word.isEmpty }
        if first == UInt8(ascii: "*") {
            return (0...word.count).contains { matches(pattern.dropFirst(), word.dropFirst($0)) }
        }
        return word.first == first && matches(pattern.dropFirst(), word.dropFirst())
    }
}
