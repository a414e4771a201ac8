// What a collection ought to hold, worked out the slow and plain way: by going through the events from the first.

import CanonicalJSON
import EventLog

@testable import Projections

struct Model {
    struct Item {
        var row: ItemRow
        var fields: JSON
    }

    private(set) var items: [[UInt8]: Item] = [:]

    /// The rows, by watch and then key, in the order of bytes.
    var rows: [ItemRow] {
        items.values.map(\.row).sorted { left, right in
            let watches = (Array(left.watch.utf8), Array(right.watch.utf8))
            if watches.0 != watches.1 { return watches.0.lexicographicallyPrecedes(watches.1) }
            return left.key.utf8.lexicographicallyPrecedes(right.key.utf8)
        }
    }

    mutating func take(_ event: TestEvent, at sequence: Int, family: String) {
        let isAbsence = event.type == "\(family).absent"
        guard isAbsence || event.type == "\(family).observed" else { return }
        let subject = Array(event.subject.utf8)
        let known = items[subject]
        if isAbsence, known?.row.state != .present { return }
        if !isAbsence, let known, known.row.state == .present, known.fields == event.data { return }
        let fields = isAbsence ? known?.fields ?? [:] : event.data
        let time = Timestamp(millisecondsSinceEpoch: event.time)
        let parts = event.subject.split(separator: "/", maxSplits: 1)
        items[subject] = Item(
            row: ItemRow(
                watch: String(parts[0]), key: String(parts[1]), version: (known?.row.version ?? 0) + 1,
                state: isAbsence ? .absent : .present, fields: fields.canonicalBytes,
                firstSeen: known?.row.firstSeen ?? time, lastChanged: time, sequence: UInt64(sequence)),
            fields: fields)
    }

    /// What was known after each event.
    static func states(_ events: [TestEvent], family: String) -> [[ItemRow]] {
        var model = Model()
        return events.enumerated().map { sequence, event in
            model.take(event, at: sequence, family: family)
            return model.rows
        }
    }
}
