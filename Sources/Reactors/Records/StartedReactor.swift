// Where a reactor begins, as the log has it: the data of `reactor.started`.

import CanonicalJSON
import EventLog

/// Recorded when a reactor is new, and again when it chooses other changes or channels than before.
struct StartedReactor: Sendable, Equatable {
    /// The first sequence whose changes count.
    let from: UInt64
    /// The same for each channel, which have places of their own: one may be down while others go on.
    let channels: [String: UInt64]
    /// The digest of what decides which changes are told where.
    let choice: Digest?
    /// Of the reactor's stream.
    let revision: Int

    init(from: UInt64, channels: [String: UInt64], choice: Digest?, revision: Int) {
        self.from = from
        self.channels = channels
        self.choice = choice
        self.revision = revision
    }

    /// Nil where the channel is new to the reactor.
    func position(of channel: String) -> UInt64? {
        channels.isEmpty ? from : channels[channel]
    }

    var json: JSON {
        var data: JSONObject = JSONObject()
        data["from"] = .string(padded(from))
        data["channels"] = .object(JSONObject(channels.map { ($0.key, .string(padded($0.value))) }))
        data["choice"] = choice.map { .string($0.reference) }
        return .object(data)
    }

    init?(_ data: JSON, revision: Int) {
        guard let from = data["from"]?.stringValue.flatMap({ UInt64($0) }) else { return nil }
        self.from = from
        self.revision = revision
        var channels: [String: UInt64] = [:]
        for member in data["channels"]?.objectValue?.members ?? [] {
            channels[member.key] = member.value.stringValue.flatMap { UInt64($0) }
        }
        self.channels = channels
        choice = data["choice"]?.stringValue.flatMap { Digest(reference: $0) }
    }
}

/// A sequence as DESIGN section 3 writes it: 20 digits.
func padded(_ sequence: UInt64) -> String {
    let digits = String(sequence)
    return String(repeating: "0", count: max(0, 20 - digits.utf8.count)) + digits
}
