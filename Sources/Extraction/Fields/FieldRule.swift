// One field's rule, as daybook.yaml has it.

/// How one field of an item is read.
public struct FieldRule: Sendable, Equatable {
    /// What becomes of the text that was found.
    public enum Kind: String, Sendable, CaseIterable {
        /// White space folded. The default.
        case text
        /// A list of texts, split at `<br>` and where blocks begin and end.
        case lines
        /// The element's content as HTML.
        case html
        /// The first number in the text.
        case number
        /// `{"amount": 1209.5, "currency": "USD"}`; `currency` (ISO 4217) is left out where the text names none.
        case money
        /// An absolute URL. Of an element without `@attribute`, its `href` or `src`, else its text.
        case url
        /// RFC 3339 in UTC, `2018-11-26T18:00:00Z`.
        case time
    }

    /// CSS (with `@attribute`), `xpath:…` or `jq:…`, in the order in which they are tried: the first that finds something counts.
    /// None means the item itself.
    public var selectors: [String]
    /// A list of every match instead of the first one.
    public var all: Bool
    /// CSS; what matches inside what was selected is dropped before its text is taken.
    public var remove: String?
    /// A regular expression (PCRE2); its first group is the value, or the whole match where it has none.
    public var match: String?
    public var kind: Kind
    /// For times without an offset: a name of the tz database. UTC where nothing is said.
    public var timezone: String?
    /// For times: as in strptime(3), e.g. `%A, %b %d, %Y, %I:%M %p`.
    public var format: String?

    public init(
        anyOf selectors: [String], all: Bool = false, remove: String? = nil, match: String? = nil,
        as kind: Kind = .text,
        timezone: String? = nil, format: String? = nil
    ) {
        self.selectors = selectors
        self.all = all
        self.remove = remove
        self.match = match
        self.kind = kind
        self.timezone = timezone
        self.format = format
    }

    public init(
        select: String? = nil, all: Bool = false, remove: String? = nil, match: String? = nil, as kind: Kind = .text,
        timezone: String? = nil, format: String? = nil
    ) {
        self.init(
            anyOf: select.map { [$0] } ?? [], all: all, remove: remove, match: match, as: kind, timezone: timezone,
            format: format)
    }

    /// A bare selector, as in `title: ".title"`.
    public init(_ select: String) { self.init(select: select) }
}
