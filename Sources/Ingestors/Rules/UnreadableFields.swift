// A field that was there and could not be read (a time that says "TBA") is neither its old value nor gone: nobody could tell.
// What is recorded of it holds on, so that a version is made by what is known to have changed and by nothing else.

import CanonicalJSON
import EventLog

enum UnreadableFields {
    /// The same sightings with a value for each field that could not be read: what another sighting of the run could read,
    /// or found not to be there; else what is recorded; else none.
    ///
    /// - Parameters:
    ///   - pages: what each page of the run showed.
    ///   - recorded: the fields of an item's last recorded state, nil where it has none or is absent. Asked only for items
    ///     of which it matters.
    static func completed<Failure: Error>(
        _ pages: [[Sighting]], recorded: (ItemKey) throws(Failure) -> JSONObject?
    ) throws(Failure) -> [[Sighting]] {
        let partial = Set(pages.joined().lazy.filter { !$0.unreadable.isEmpty }.map(\.key))
        guard !partial.isEmpty else { return pages }
        var known: [ItemKey: Known] = [:]
        for key in partial { known[key] = Known(recorded: try recorded(key)) }
        for sighting in pages.joined() where partial.contains(sighting.key) { known[sighting.key]?.take(sighting) }
        return pages.map { page in page.map { known[$0.key]?.completed($0) ?? $0 } }
    }

    /// What there is to complete one item's sightings from.
    private struct Known {
        let recorded: JSONObject?
        /// The run's sightings of it, with their fields.
        private var seen: [(fields: JSONObject, unreadable: [String])] = []

        init(recorded: JSONObject?) { self.recorded = recorded }

        mutating func take(_ sighting: Sighting) {
            guard let fields = UnreadableFields.fields(of: sighting) else { return }
            seen.append((fields, sighting.unreadable))
        }

        func completed(_ sighting: Sighting) -> Sighting {
            guard !sighting.unreadable.isEmpty, var fields = UnreadableFields.fields(of: sighting) else {
                return sighting
            }
            for name in sighting.unreadable { fields[name] = value(of: name) }
            let bytes = JSON.object(fields).canonicalBytes
            return Sighting(key: sighting.key, digest: .sha256(bytes), fields: bytes)
        }

        private func value(of name: String) -> JSON? {
            let reader = seen.first { !$0.unreadable.contains { $0.utf8.elementsEqual(name.utf8) } }
            return reader.map { $0.fields[name] } ?? recorded?[name]
        }
    }

    private static func fields(of sighting: Sighting) -> JSONObject? {
        (try? JSON.parse(sighting.fields))?.objectValue
    }
}

extension Evidence {
    /// The evidence with its unreadable fields completed; what pages showed before is completed in the same way, so that it
    /// can be compared.
    func completed<Failure: Error>(
        recorded: (ItemKey) throws(Failure) -> JSONObject?
    ) throws(Failure) -> Evidence {
        var evidence = self
        evidence.pages = try UnreadableFields.completed(pages, recorded: recorded)
        evidence.votes = try UnreadableFields.completed([votes], recorded: recorded).flatMap(\.self)
        evidence.before = try UnreadableFields.completed(before.map(Array.init), recorded: recorded).map(Set.init)
        return evidence
    }
}
