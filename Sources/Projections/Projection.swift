// What a projection is: a value that says its name, its version, what it reads, its tables, and what an event does to them.

import EventLog

/// A pure function from events to tables and changes.
///
/// It knows no clock, no network and no randomness: what `fold` does depends on the event and on this projection's own
/// tables alone, so that the tables can be deleted and come back the same.
public protocol Projection: Sendable {
    /// Lower-case letters, digits and hyphens; names its databases.
    var name: String { get }
    /// To be raised whenever the same events would come to other tables or changes; the engine then rebuilds.
    var version: Int { get }
    /// The families of events (a type before its first dot) that `fold` is to see.
    var families: Set<String> { get }
    /// The kinds of changes that `fold` emits (`speaker.booked`), which `on:` in daybook.yaml may then name. None, where a
    /// projection says nothing.
    var changeKinds: [String] { get }

    /// Creates the tables, with the indexes that `fold` needs, in an empty database. Names beginning with `engine_` and the
    /// name `changes` are taken.
    func createTables(_ database: Connection) throws

    /// Creates the indexes that only questions need, when the tables have been filled: sorting once is quicker than
    /// keeping order all the way. None, where a projection says nothing.
    func createIndexes(_ database: Connection) throws

    /// Takes one event in. What it throws stops this projection at this event, which `status` then names; use
    /// `FoldError` to say why.
    func fold(_ event: EventView, into context: inout FoldContext) throws

    /// What a change says beyond the members that all changes have. It is read from the outbox, so that nothing that
    /// stands in the tables need be written a second time; `detail` is what `fold` gave when it emitted the change.
    /// Must say the same whenever it is asked.
    func describe(_ change: EmittedChange, detail: [UInt8], in database: Connection) throws -> JSONMembers
}

extension Projection {
    public var changeKinds: [String] { [] }
    public func createIndexes(_ database: Connection) throws {}
}

/// Why an event cannot be taken in, as a sentence without the event's name.
public struct FoldError: Error, Equatable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// What a fold works with while it takes one event in: its own tables, and the outbox.
public struct FoldContext: ~Copyable {
    /// The projection's own database, inside the batch's transaction.
    public let database: Connection
    private let outbox: OutboxWriter
    private let sequence: UInt64
    private let event: UnsafeRawBufferPointer
    /// When the event was observed.
    let observed: Timestamp

    init(_ database: Connection, _ outbox: OutboxWriter, _ event: EventView) {
        self.database = database
        self.outbox = outbox
        self.sequence = event.sequence
        self.event = event.id.raw
        self.observed = event.observed
    }

    /// Puts a change into the outbox. One event may emit several; they keep their order.
    public mutating func emit(
        _ kind: String, subject: UnsafeRawBufferPointer, origin: Origin, detail: [UInt8] = []
    ) throws {
        var kind = kind
        try kind.withUTF8 { kind in
            try outbox.add(
                sequence: sequence, origin: origin, time: observed.millisecondsSinceEpoch,
                kind: UnsafeRawBufferPointer(kind), subject: subject, event: event, detail: detail)
        }
    }

    /// The same with a subject of one's own making: `WATCH/WHAT`, so that people can tell whose it is.
    public mutating func emit(_ kind: String, subject: String, origin: Origin, detail: [UInt8] = []) throws {
        var subject = subject
        try subject.withUTF8 { subject in
            try emit(kind, subject: UnsafeRawBufferPointer(subject), origin: origin, detail: detail)
        }
    }
}
