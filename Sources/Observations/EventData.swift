// What every event body here has in common: it becomes JSON for the log, and comes back from it.

import CanonicalJSON
import Foundation

/// The `data` of one type of event.
public protocol EventData: Sendable, Equatable {
    /// Reads an event's `data`; members that are not known are passed over, so that newer logs stay readable.
    init(json: JSON) throws(ObservationError)

    /// The object that goes into the event.
    func json() throws(ObservationError) -> JSON
}

/// Why an event's data is not what its type says.
public struct ObservationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The Swift name of what was expected.
    public let expected: String
    /// What is wrong, as the end of a sentence.
    public let reason: String

    public init(expected: String, reason: String) {
        self.expected = expected
        self.reason = reason
    }

    public var description: String { "an event's data is no \(expected): \(reason)" }
}

extension EventData where Self: Codable {
    public init(json: JSON) throws(ObservationError) {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(json.canonicalBytes))
        } catch {
            throw ObservationError(expected: "\(Self.self)", reason: "\(error)")
        }
    }

    public func json() throws(ObservationError) -> JSON {
        do {
            return try JSON.parse(Array(try JSONEncoder().encode(self)))
        } catch {
            throw ObservationError(expected: "\(Self.self)", reason: "\(error)")
        }
    }
}
