// A configuration that is being taken up while the former one's dispatcher still ends what it is at.

import EventLog

/// What the service goes on with once nobody tells by the former configuration any more.
struct Takeover {
    let lookout: Lookout
    /// When each watch looked last.
    let lastRuns: [String: Timestamp]
    /// Checks that have come meanwhile, which are meant for it.
    var checks: [(request: CheckRequest, answer: CheckDesk.Answer)] = []
    /// Somebody has asked for the file to be reread again.
    var isOutdated = false
}

extension Configuration {
    /// Whether a service can go over to another configuration without being started anew.
    func checkTakesUp(_ other: Configuration) throws(Failure) {
        guard other.dataDirectory == dataDirectory else {
            throw Failure(.usage, "`data:` cannot change while daybook runs; stop it, and start it anew")
        }
        guard other.listen == listen, other.token == token else {
            throw Failure(.usage, "`listen:` and `token:` cannot change while daybook runs; stop it, and start it anew")
        }
    }
}
