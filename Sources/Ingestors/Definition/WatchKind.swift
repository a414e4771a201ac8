// The kinds of watches that are keyed collections, in one table: a kind is a row, not an engine.

import Observations

/// What a watch collects.
public struct WatchKind: Hashable, Sendable {
    /// As daybook.yaml writes it: `sessions`.
    public let name: String
    /// The family of its events: `session`.
    public let family: String

    public static let sessions = WatchKind(name: "sessions", family: "session")
    public static let items = WatchKind(name: "items", family: "item")

    public static let stock = WatchKind(name: "stock", family: "stock")

    public static let page = WatchKind(name: "page", family: "page")

    /// Every kind there is.
    public static let all = [sessions, items, stock, page]

    public static func named(_ name: String) -> WatchKind? { all.first { $0.name == name } }

    /// The type of the event that says how one looked.
    public var observedType: String { family + ".observed" }
    /// The type of the event that says that one is gone.
    public var absentType: String { family + ".absent" }
}
