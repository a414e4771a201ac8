// What is said of an item of a shop: `availability` in the data of `stock.observed`.

/// Whether an item is to be had, as far as anybody could tell.
public enum Availability: String, Sendable, CaseIterable {
    case inStock = "in-stock"
    case outOfStock = "out-of-stock"
    case unknown

    /// The member of `stock.observed` that says it.
    public static let member = "availability"
}
