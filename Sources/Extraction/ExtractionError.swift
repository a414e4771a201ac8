// Why a rule is refused, or a page is not understood.

/// What is wrong with a selector, an option or a page; each is one sentence for a person.
public enum ExtractionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A selector that is none, or asks for what is not supported. `place` counts characters from 1.
    case badSelector(selector: String, place: Int, reason: String)
    /// Options of a field that do not go together, or have no meaning.
    case badRule(field: String, reason: String)
    /// The answer had no bytes at all. (White space alone is a page without items.)
    case emptyBody
    /// The answer is no text that items could be read from: an image, an archive, garbage.
    case notText(String)
    /// The text is not what its media type or the selectors say that it is: JSON or XML cut short, HTML where JSON is due.
    case malformed(kind: String, reason: String)
    /// The page could be read, but a rule failed on it.
    case failed(String)

    public var description: String {
        switch self {
        case .badSelector(let selector, let place, let reason):
            "the selector \"\(selector)\" cannot be used: at character \(place), \(reason)"
        case .badRule(let field, let reason): "the field \"\(field)\" cannot be read so: \(reason)"
        case .emptyBody: "the page is empty (0 bytes)"
        case .notText(let what): "the page is no text: \(what)"
        case .malformed(let kind, let reason): "the page is not the \(kind) it should be: \(reason)"
        case .failed(let reason): reason
        }
    }
}
