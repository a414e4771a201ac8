// Which changes a reactor is told of.

import CanonicalJSON
import EventLog
import JSONQuery
import Projections

/// A reactor's `on`, `include` and `where`, as one question to a change.
package struct Selection: Sendable {
    enum Answer: Equatable {
        case chosen
        case passedOver
        /// The filter failed: not a no, so it has to be seen by someone.
        case undecided(reason: String)
    }

    private let kinds: [String]
    private let origins: Set<Origin>
    private let filters: [ReactorDefinition.Filter]

    /// - Parameter channel: for which of its channels; one may be told less than others.
    init(_ definition: ReactorDefinition, channel: String? = nil) {
        kinds = definition.on
        origins = definition.include.union([.live])
        filters = [definition.filter, channel.flatMap { definition.channelFilters[$0] }].compactMap(\.self)
    }

    /// Whether the change is of a kind and an origin that the reactor is told of.
    func concerns(kind: String, origin: Origin) -> Bool {
        origins.contains(origin) && kinds.contains { Self.matches($0, kind) }
    }

    /// What the filters say of a change that concerns the reactor.
    func answer(_ change: JSON) -> Answer {
        do {
            return try filters.allSatisfy { try $0.program.matches(change) } ? .chosen : .passedOver
        } catch {
            return .undecided(reason: "where: \(error)")
        }
    }

    /// Whether a kind is meant by a pattern in which `*` stands for any text.
    package static func matches(_ pattern: String, _ kind: String) -> Bool {
        var pieces = pattern.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(Array.init)
        var rest = Array(kind.utf8)[...]
        guard pieces.count > 1 else { return rest.elementsEqual(pattern.utf8) }
        let last = pieces.removeLast()
        let first = pieces.removeFirst()
        guard rest.starts(with: first) else { return false }
        rest = rest.dropFirst(first.count)
        for piece in pieces where !piece.isEmpty {
            guard let found = rest.firstRange(of: piece) else { return false }
            rest = rest[found.upperBound...]
        }
        return rest.count >= last.count && rest.suffix(last.count).elementsEqual(last)
    }
}

extension ReactorDefinition {
    /// Changes when other changes would be chosen, or told elsewhere. What was passed over under one choice must not be
    /// told under the next, also when everything derived has been deleted; so this is recorded in `reactor.started`.
    var choice: Digest {
        var choice = JSONObject([
            ("on", .array(on.sorted().map(JSON.string))),
            ("where", filter.map { .string($0.text) } ?? .null),
            ("include", .array(include.map(\.rawValue).sorted().map(JSON.string))),
            ("to", .array(to.sorted().map(JSON.string))),
        ])
        if !channelFilters.isEmpty {
            choice["channels"] = .object(JSONObject(channelFilters.map { ($0.key, .string($0.value.text)) }))
        }
        return .sha256(JSON.object(choice).canonicalBytes)
    }
}
