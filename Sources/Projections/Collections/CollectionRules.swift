// What a kind of collection adds to the mechanism: tables of its own, and changes of a run in the place of changes of items.

import CanonicalJSON
import EventLog

/// A new version of an item, as a collection has just taken it in.
struct CollectionStep {
    /// Its row in `items`.
    let item: Int64
    let isPresent: Bool
    /// As observed; of an item that is absent as it was last.
    let fields: [UInt8]
}

/// The rules of one kind. A collection that has any emits no changes of its own: these say what has changed.
protocol CollectionRules: Sendable {
    func createTables(_ database: Connection) throws
    func createIndexes(_ database: Connection) throws

    /// An item has a new version.
    func take(_ step: CollectionStep, _ event: EventView, in database: Connection) throws

    /// A run has ended; what it observed has been taken before.
    ///
    /// - Parameter isFirst: whether the watch had had no complete run before.
    func end(_ event: EventView, isFirst: Bool, _ context: inout FoldContext) throws

    /// A watch has another name.
    func rename(_ former: [UInt8], to name: UnsafeRawBufferPointer, in database: Connection) throws

    /// As in `Projection`.
    func describe(_ change: EmittedChange, detail: [UInt8], in database: Connection) throws -> JSONMembers
}
