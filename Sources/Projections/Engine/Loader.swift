// A quicker way for a projection to take in a whole log, in a database that nobody reads yet.

import EventLog

/// A projection that has one. What comes of it must be, to the last row, what `fold` makes of the same events.
protocol LoadingProjection: Projection {
    /// For an empty database with the projection's tables; nil where this one has none after all. Files that it needs begin with
    /// `path`, and are gone when it is.
    func loader(_ database: Connection, beside path: String, _ sizes: LoaderSizes) -> (any Loader)?
}

/// Takes events in, in order. It may keep in memory what has to be in the tables only when it is finished; so there is no
/// going back: after a fold that failed it is of no use any more.
protocol Loader: AnyObject {
    func fold(_ event: EventView, into context: inout FoldContext) throws
    /// Brings the tables to where they have to be, before indexes are made.
    func finish() throws
}

/// How much memory a loader may take, in bytes: as much for a short log as for a long one.
struct LoaderSizes: Sendable {
    /// For items' newest states.
    var newest = 96 << 20
    /// For versions on their way to their items.
    var versions = 48 << 20
}
