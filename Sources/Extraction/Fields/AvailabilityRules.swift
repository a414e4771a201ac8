// Whether an item is to be had, by what its page shows: three values, of which "could not tell" is the one that needs no evidence.

/// When one of the two is true: something is found, or something that is found says so.
public struct AvailabilityRule: Sendable, Equatable {
    /// As in `FieldRule`; any of them may find it. None means the item itself.
    public var selectors: [String]
    /// A regular expression (PCRE2) that some text which is found must match.
    public var matches: String?

    public init(anyOf selectors: [String] = [], matches: String? = nil) {
        self.selectors = selectors
        self.matches = matches
    }

    /// With an expression every finding is looked at, else one is enough.
    var field: FieldRule { FieldRule(anyOf: selectors, all: matches != nil, match: matches) }
}

/// How an item's availability is read. Where both rules are true, or neither, it is unknown.
public struct AvailabilityRules: Sendable, Equatable {
    public var inStock: AvailabilityRule?
    public var outOfStock: AvailabilityRule?

    public init(inStock: AvailabilityRule? = nil, outOfStock: AvailabilityRule? = nil) {
        self.inStock = inStock
        self.outOfStock = outOfStock
    }
}

/// What a page says of an item.
enum Availability: String, Sendable, CaseIterable {
    /// The field that it is written into.
    static let field = "availability"

    case inStock = "in-stock"
    case outOfStock = "out-of-stock"
    case unknown

    /// - Parameters: whether each rule is true; nil where that could not be found out.
    init(inStock: Bool?, outOfStock: Bool?) {
        switch (inStock, outOfStock) {
        case (true?, false?): self = .inStock
        case (false?, true?): self = .outOfStock
        default: self = .unknown
        }
    }
}
