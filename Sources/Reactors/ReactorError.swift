// The one error type of this module: a case for each thing that a caller can act on.

import EventLog

/// Why reactors could not be set up, driven or asked.
public enum ReactorError: Error, Sendable, CustomStringConvertible {
    /// A `message:` or `subject:` that is not Mustache.
    case badTemplate(text: String, reason: String)
    /// A channel's `body:` that should be JSON.
    case badBody
    /// A filter of a channel's `answer:`.
    case badFilter(String)
    /// An address of mail.
    case badAddress(BadAddress)
    /// A `secret:` that is not written as Standard Webhooks writes keys. The text itself is never repeated.
    case badSecret(reason: String)
    /// A reactor's `to` names a channel that is not there.
    case unknownChannel(reactor: String, channel: String)
    /// Only what is told to a channel can be held back.
    case dampedReactor(name: String)
    case unknownDelivery(id: String)
    /// The beginning of an id that several deliveries have.
    case ambiguousDelivery(id: String)
    /// Only what was parked can be retried by hand.
    case notParked(id: String, state: String)
    case log(LogError)
    /// A projection that changes are read from.
    case projection(String)
    /// `reactors.sqlite`, which may be deleted at any time.
    case store(path: String, reason: String)
    case cancelled

    public var description: String {
        switch self {
        case .badTemplate(let text, let reason):
            "the template \(text.debugDescription) is wrong: \(reason); see https://mustache.github.io/mustache.5.html"
        case .badBody:
            "the body does not come out as JSON with a message in it; put every {{…}} between double quotes, with two braces and not three"
        case .badFilter(let reason): reason
        case .badAddress(let error): error.reason
        case .badSecret(let reason):
            "the webhook's secret \(reason); write it as whsec_ and the base64 of 24 to 64 random bytes"
        case .unknownChannel(let reactor, let channel):
            "reactor \(reactor) tells channel \(channel), which is not among the channels; add it or correct the name"
        case .dampedReactor(let name):
            "reactor \(name) reacts itself, so nothing can be held back for it; give it no damping, or let it tell a channel"
        case .ambiguousDelivery(let id): "several deliveries begin with \(id); give more of the id"
        case .unknownDelivery(let id): "there is no delivery \(id); see `daybook deliveries list`"
        case .notParked(let id, let state):
            "delivery \(id) is \(state), not parked; only a parked one can be retried by hand"
        case .log(let error): error.description
        case .projection(let reason): reason
        case .store(let path, let reason):
            "\(path) cannot be used (\(reason)); it is derived from the log and may be deleted"
        case .cancelled: "stopped before it was done"
        }
    }
}
