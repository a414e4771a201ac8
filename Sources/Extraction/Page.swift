// What reading a page gives.

public import CanonicalJSON

/// One item of a page.
public struct ReadItem: Sendable, Equatable {
    public var key: String
    /// Only the fields that were found.
    public var fields: JSONObject
    /// Fields that were there but could not be read as what they should be; they are not among `fields`.
    public var unreadable: [String]

    public init(key: String, fields: JSONObject, unreadable: [String] = []) {
        self.key = key
        self.fields = fields
        self.unreadable = unreadable
    }
}

/// A field whose text was there but is not what it should be: a time that is none, a match that takes too long.
public struct FieldFailure: Sendable, Equatable, CustomStringConvertible {
    /// The item's key.
    public var key: String
    public var field: String
    /// A whole sentence without its full stop.
    public var reason: String

    public var description: String { "\(field) of \(key): \(reason)" }
}

/// What one item of a page came to.
struct ItemReading: Sendable {
    /// Nil where its key was not found.
    var item: ReadItem?
    var failures: [FieldFailure] = []
}

/// The items of a page in its own order, one key possibly several times.
public struct Page: Sendable, Equatable {
    public var items: [ReadItem] = []
    /// The absolute URL of the page that follows, where `next:` finds one.
    public var next: String?
    /// Items whose key was not found; they are not among `items`.
    public var keyless = 0
    /// The folded text of `<title>`.
    public var title: String?
    /// The first hundred fields that could not be read; they are left out of their items. How many there were is `failureCount`.
    public var failures: [FieldFailure] = []
    public var failureCount = 0
    /// Why the page looks like a block (captcha, challenge, login) rather than what was asked for.
    public var suspicion: String?

    static let failuresMax = 100

    mutating func take(_ reading: ItemReading) {
        guard let item = reading.item else { return keyless += 1 }
        items.append(item)
        for failure in reading.failures { note(failure) }
    }

    mutating func note(_ failure: FieldFailure) {
        failureCount += 1
        if failures.count < Page.failuresMax { failures.append(failure) }
    }
}
