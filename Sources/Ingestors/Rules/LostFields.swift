// A field that some items had and that none has any more: a selector that a changed page has left behind, most likely.

import CanonicalJSON
import Observations

enum LostFields {
    /// So many changed items are looked at: what a whole list has lost, any of them has.
    static let samplesMax = 20

    /// The fields that a changed item had and has no longer, and that no sighting of the run has either.
    static func names(changed: [(old: JSONObject, new: Sighting)], seen pages: [[Sighting]]) -> [String] {
        var names: [String] = []
        for (old, new) in changed.prefix(samplesMax) {
            for name in old.keys where !has(new, name) && !names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
                names.append(name)
            }
        }
        return names.filter { name in !pages.contains { $0.contains { has($0, name) } } }.sorted()
    }

    /// The fields that no sighting of a run has, nor has in a form that cannot be read: selectors with a slip in them, most likely.
    static func neverFound(of wanted: [String], seen pages: [[Sighting]]) -> [String] {
        guard pages.contains(where: { !$0.isEmpty }) else { return [] }
        return wanted.filter { name in
            !pages.contains { $0.contains { has($0, name) || $0.unreadable.contains(name) } }
        }
    }

    /// By the bytes of its key: a text that only looks like it keeps a loss from being told, which is the lesser evil.
    private static func has(_ sighting: Sighting, _ name: String) -> Bool {
        sighting.fields.contains(JSON.string(name).canonicalBytes + [UInt8(ascii: ":")])
    }
}

extension RecordedState {
    /// What a complete run no longer finds in any item, where it found it before; read from a few items of those that changed.
    ///
    /// - Parameter wanted: the fields that the rules have; what they have no longer is not missed.
    func lostFields(
        _ decision: Decision, _ evidence: Evidence, of wanted: [String],
        fields: (ItemKey) throws(IngestError) -> JSONObject?
    ) throws(IngestError) -> [String]? {
        guard decision.outcome == .completed else { return nil }
        var changed: [(old: JSONObject, new: Sighting)] = []
        for choice in decision.appended where changed.count < LostFields.samplesMax {
            guard let old = try fields(choice.sighting.key) else { continue }
            changed.append((old, choice.sighting))
        }
        let names = LostFields.names(changed: changed, seen: evidence.pages).filter { name in
            wanted.contains { $0.utf8.elementsEqual(name.utf8) }
        }
        return names.isEmpty ? nil : names
    }
}
