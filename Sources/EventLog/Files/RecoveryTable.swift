// Recovery's decision table: what is looked at, and what each case means. Every case meets exactly one row.

/// All that recovery decides by.
struct RecoverySituation: Sendable, Hashable {
    /// The place from which on the log is looked at, before which everything was known to be on disk.
    enum Base: Sendable, Hashable, CaseIterable { case there, gone }
    /// Where the last whole commit ends that can be reached (L), against the durable end (D).
    enum End: Sendable, Hashable, CaseIterable { case atDurableOrBeyond, beforeDurable }
    /// What lies behind L.
    enum Rest: Sendable, Hashable, CaseIterable {
        case nothing
        /// Blocks of a commit without its end, or a file that is not due.
        case unfinished
        case damage
    }

    var base: Base
    var end: End
    var rest: Rest
}

/// One row: the cases that it is for, what becomes of the log, and how the format's page says so.
struct RecoveryRow: Sendable, Hashable {
    enum Outcome: Sendable, Hashable {
        /// The log ends at L.
        case ends
        /// The log ends at L, and what follows was never acknowledged.
        case endsBeforeTornTail
        /// Acknowledged events lie in damage.
        case damaged
        /// Acknowledged events are missing at the end.
        case cutOff
        /// A file has become shorter than it was known to be.
        case shortened
    }

    var base: Set<RecoverySituation.Base>
    var end: Set<RecoverySituation.End>
    var rest: Set<RecoverySituation.Rest>
    var outcome: Outcome
    /// The columns of the page's table.
    var page: [String]

    func meets(_ situation: RecoverySituation) -> Bool {
        base.contains(situation.base) && end.contains(situation.end) && rest.contains(situation.rest)
    }

    static let table = [
        RecoveryRow(
            base: [.there], end: [.atDurableOrBeyond], rest: [.nothing], outcome: .ends,
            page: ["L ≥ D", "nothing", "the log ends at L"]),
        RecoveryRow(
            base: [.there], end: [.atDurableOrBeyond], rest: [.unfinished, .damage], outcome: .endsBeforeTornTail,
            page: [
                "L ≥ D", "blocks without a commit's end, damage, both", "the log ends at L, and a torn tail follows",
            ]),
        RecoveryRow(
            base: [.there], end: [.beforeDurable], rest: [.damage], outcome: .damaged,
            page: ["L < D", "damage", "corruption"]),
        RecoveryRow(
            base: [.there], end: [.beforeDurable], rest: [.nothing, .unfinished], outcome: .cutOff,
            page: ["L < D", "nothing, or blocks without a commit's end", "corruption: the end is missing"]),
        RecoveryRow(
            base: [.gone], end: [.atDurableOrBeyond, .beforeDurable], rest: [.nothing, .unfinished, .damage],
            outcome: .shortened,
            page: ["any", "the file ends before a place that was known to be on disk", "corruption: it was shortened"]),
    ]

    /// What becomes of the log. A case without a row cannot be (a test goes through all); it would be no ground to append on.
    static func outcome(of situation: RecoverySituation) -> Outcome {
        table.first { $0.meets(situation) }?.outcome ?? .damaged
    }
}
