// What can go wrong between the log and those who ask, told so that someone can act on it.

/// Why a projection could not be brought up to date or read.
public enum ProjectionError: Error, Sendable, CustomStringConvertible {
    /// There is no projection of this name.
    case unknown(name: String, known: [String])
    /// Two projections share a name, or a name is no name.
    case badName(String)
    /// It has not been built yet: `catchUp` comes first.
    case notBuilt(name: String)
    /// A rebuild met an event that the projection cannot take in; what was there before stays.
    case stopped(name: String, sequence: UInt64, event: String, reason: String)
    /// The log could not be read.
    case log(reason: String)
    /// The database of a projection could not be read or written.
    case storage(path: String, reason: String)
    /// The caller's task was cancelled.
    case cancelled

    public var description: String {
        switch self {
        case .unknown(let name, let known):
            "there is no projection \(name); there are: \(known.joined(separator: ", "))"
        case .badName(let name):
            "\"\(name)\" cannot name a projection: give each its own, of lower-case letters, digits and hyphens"
        case .notBuilt(let name):
            "projection \(name) has not been built yet; any query or `daybook rebuild \(name)` builds it"
        case .stopped(let name, let sequence, let event, let reason):
            "projection \(name) stops at event \(sequence) (\(event)): \(reason)"
        case .log(let reason):
            reason
        case .storage(let path, let reason):
            "the projection database \(path) cannot be used: \(reason); see to the disk, or delete it and it will be rebuilt"
        case .cancelled:
            "stopped before the projections had caught up"
        }
    }
}
