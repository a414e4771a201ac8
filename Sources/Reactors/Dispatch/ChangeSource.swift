// Where the dispatcher gets changes from: the outboxes of the projections, read in pages.

import EventLog
import Projections

package struct ChangeSource: Sendable {
    let engine: ProjectionEngine
    let projections: [String]

    /// - Parameter projections: by name, in the order in which changes of one event are told.
    package init(engine: ProjectionEngine, projections: [String]) {
        self.engine = engine
        self.projections = projections
    }

    /// Changes asked for at once from each projection.
    static let pageLength = 256

    /// Brings the projections to the log's end. How far each has come: one that meets an event that it cannot take in
    /// stays before it, and what it would have said is told when it has been mended.
    package func catchUp() async throws(ReactorError) -> [UInt64] {
        do {
            try await engine.catchUp()
            let reached = Dictionary(
                try engine.status().map { ($0.name, $0.checkpoint) }, uniquingKeysWith: { first, _ in first })
            return projections.map { reached[$0] ?? 0 }
        } catch {
            throw Self.translated(error)
        }
    }

    /// The next changes after `starts`, of events before `ends`, both by projection, and the first sequences that they do
    /// not cover. Empty with nothing more to cover.
    package func page(from starts: [UInt64], to ends: [UInt64]) throws(ReactorError) -> (
        changes: [Change], upTo: [UInt64]
    ) {
        var limit = Self.pageLength
        while true {
            var pages: [Page<Change>] = []
            for (index, projection) in projections.enumerated() {
                let (start, end) = (starts[index], ends[index])
                let changes = start < end ? try read(projection, from: start, limit: limit) : []
                let isCut = changes.count == limit && changes.last.map { $0.sequence < end } == true
                pages.append(Page(elements: changes, start: start, end: end, isCut: isCut))
            }
            let (changes, upTo) = merged(pages) { $0.sequence }
            if upTo != starts || !pages.contains(where: \.isCut) { return (changes, upTo) }
            limit *= 4
        }
    }

    /// One change again, by its name; nil where its projection says something else by now.
    func change(_ name: ChangeName) throws(ReactorError) -> Change? {
        guard projections.contains(name.projection) else { return nil }
        var limit = 16
        while true {
            let page = try read(name.projection, from: name.sequence, limit: limit)
            let found = page.first { $0.sequence == name.sequence && $0.kind == name.kind && $0.isAbout(name.subject) }
            if let found { return found }
            guard page.count == limit, page.last?.sequence == name.sequence else { return nil }
            limit *= 4
        }
    }

    private func read(_ projection: String, from start: UInt64, limit: Int) throws(ReactorError) -> [Change] {
        let before = start == 0 ? nil : ChangePosition(sequence: start - 1, ordinal: .max)
        do { return try engine.changes(of: projection, after: before, limit: limit) } catch {
            throw Self.translated(error)
        }
    }

    private static func translated(_ error: any Error) -> ReactorError {
        if case ProjectionError.cancelled? = error as? ProjectionError { return .cancelled }
        return .projection("\(error)")
    }
}

extension Change {
    fileprivate func isAbout(_ other: String) -> Bool { subject.utf8.elementsEqual(other.utf8) }
}
