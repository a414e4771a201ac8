// The whole story of one subject, from the log alone.

import CanonicalJSON
import EventLog
import Observations
import Projections

enum Audit {
    /// The events of every stream with this subject, also under the other names of its watch, and the effects that they led to
    /// (`causationid`), oldest first.
    static func events(about subject: String, asOf: AsOf, in log: EventLog) throws -> [Event] {
        // By bytes: a key that begins with a combining mark makes one Character of the slash and itself.
        let slash = subject.utf8.firstIndex(of: UInt8(ascii: "/")) ?? subject.endIndex
        let (watch, key) = (String(subject[..<slash]), String(subject[slash...]))
        let sequences = try WatchNames(of: watch, in: log).all.flatMap { try log.sequences(subject: $0 + key) }
        let own = try sequences.sorted().compactMap { try log.event(at: $0) }.filter(asOf.covers)
        guard let first = own.first else { return [] }
        let effects = try effects(of: Set(own.map { Array($0.id.utf8) }), from: first.sequence, in: log)
            .filter(asOf.covers)
        return (own + effects).sorted { $0.sequence < $1.sequence }
    }

    private static func effects(
        of causes: Set<[UInt8]>, from first: UInt64, in log: EventLog
    ) throws -> [Event] {
        var found: [Event] = []
        try log.forEachBatch(from: first) { batch in
            batch.forEach { event in
                guard event.type.hasPrefix("notification."), let cause = event.causation,
                    causes.contains(Array(cause.raw))
                else { return }
                found.append(event.owned())
            }
            return true
        }
        return found
    }

    /// When, who or what, and what.
    static func spans(_ event: Event) -> [Span] {
        let who = event.source.hasPrefix("/") ? String(event.source.dropFirst()) : event.source
        return [
            Span("\(EventText.clock(event.time))  \(padded(String(event.sequence), to: 6, right: true))  ", .faint),
            Span(padded(displayable(who), to: 20) + "  "),
            Span(padded(displayable(event.type), to: 22) + "  ", .strong),
            Span(displayable(summary(event))),
        ]
    }

    /// What is continued stands below what it continues, where there is room for it.
    static func hang(on console: Console) -> Int { console.width >= 120 ? 75 : 4 }

    private static func summary(_ event: Event) -> String {
        if event.family == "notification" {
            let error = event.data["error"]?.stringValue.map { ": \($0)" } ?? ""
            return
                "\(event.data["change"]?["kind"]?.stringValue ?? "") by \(event.data["channel"]?.stringValue ?? "?")\(error)"
        }
        let members = event.data.objectValue?.members ?? []
        return members.map { "\($0.key)=\(FieldText.brief($0.value))" }.joined(separator: "  ")
    }
}
