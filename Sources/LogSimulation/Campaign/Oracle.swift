// What must hold of the log, whatever goes wrong: kept beside it, from nothing but what callers were told and readers saw.

import EventLog
import Glibc

/// A line as a reader saw it.
package struct SeenLine: Sendable, Equatable {
    package var bytes: [UInt8]
    package var id: String

    /// The bytes say it all. Compared as memory: this is done most often of all.
    package static func == (left: SeenLine, right: SeenLine) -> Bool {
        left.bytes.withUnsafeBytes { left in
            right.bytes.withUnsafeBytes { right in
                guard let first = left.baseAddress, let second = right.baseAddress else {
                    return left.count == right.count
                }
                return left.count == right.count && memcmp(first, second, left.count) == 0
            }
        }
    }
}

extension EventLog {
    /// The lines of events `from..<to`.
    package func seenLines(from: UInt64, to: UInt64) throws -> [SeenLine] {
        var lines: [SeenLine] = []
        try forEachBatch(from: from, to: to) { batch in
            batch.forEach { lines.append(SeenLine(bytes: Array($0.line.raw), id: $0.id.string)) }
            return true
        }
        return lines
    }
}

/// One commit that somebody tried to append.
package struct Attempt: Sendable {
    package enum Outcome: Sendable, Hashable {
        /// Its caller has been told that it is on disk, from this sequence on.
        case acknowledged(UInt64)
        /// Its caller has been told that nothing was appended: it must never be there.
        case refused
        /// Its caller was told nothing, or that nobody can tell: it may be there, whole.
        case unknown
    }

    package var ids: [String]
    /// It may end where a segment does.
    package var isDivisible: Bool
    package var outcome = Outcome.unknown
}

package struct Oracle: Sendable {
    private let segmentEvents: UInt64
    private var attempts: [Attempt] = []
    private var places: [String: (attempt: Int, index: Int)] = [:]
    /// By sequence, what readers have seen there.
    private var lines: [UInt64: SeenLine] = [:]
    /// Readers were told that there are so many events, or callers that theirs are among them.
    package private(set) var end: UInt64 = 0
    private var roots: [UInt64: Digest] = [:]

    package init(segmentEvents: UInt64) { self.segmentEvents = segmentEvents }

    // MARK: What happens

    /// A commit is about to be tried.
    package mutating func begin(_ ids: [String], isDivisible: Bool) -> Int {
        for (index, id) in ids.enumerated() { places[id] = (attempts.count, index) }
        attempts.append(Attempt(ids: ids, isDivisible: isDivisible))
        return attempts.count - 1
    }

    package mutating func settle(_ attempt: Int, _ outcome: Attempt.Outcome) {
        attempts[attempt].outcome = outcome
        if case .acknowledged(let first) = outcome { end = max(end, first + UInt64(attempts[attempt].ids.count)) }
    }

    /// A reader who asked when there were `known` events was told of so many.
    package mutating func told(end told: UInt64, since known: UInt64) -> [String] {
        end = max(end, told)
        return told < known ? ["a reader is told of \(told) events where there have been \(known)"] : []
    }

    /// A reader has read these lines.
    package mutating func saw(_ seen: [SeenLine], from first: UInt64) -> [String] {
        var problems: [String] = []
        for (index, line) in seen.enumerated() {
            let sequence = first + UInt64(index)
            guard let known = lines[sequence] else {
                lines[sequence] = line
                continue
            }
            if known != line { problems.append("sequence \(sequence) has been \(known.id) and now is \(line.id)") }
        }
        return problems
    }

    /// The whole log was verified.
    package mutating func verified(_ verification: LogVerification) -> [String] {
        var problems = verification.problems.map { "a verification finds \($0)" }
        guard let root = verification.root else { return problems + ["a verification gives no root"] }
        if let known = roots[verification.events], known != root {
            problems.append("the root of \(verification.events) events is not what it was")
        }
        roots[verification.events] = root
        return problems
    }

    // MARK: What must hold

    /// What is wrong with a log that holds just these lines.
    package func contradictions(in log: [SeenLine]) -> [String] {
        var problems: [String] = []
        if log.count < end { problems.append("there are \(log.count) events where there have been \(end)") }
        for (sequence, known) in lines where sequence < log.count && log[Int(sequence)] != known {
            problems.append("sequence \(sequence) was \(known.id) and is \(log[Int(sequence)].id)")
        }
        var found: Set<Int> = []
        var sequence = 0
        while sequence < log.count {
            guard let place = places[log[sequence].id] else {
                return problems + ["sequence \(sequence) is \(log[sequence].id), which nobody appended"]
            }
            guard place.index == 0, found.insert(place.attempt).inserted else {
                return problems + ["sequence \(sequence) is \(log[sequence].id), out of its commit"]
            }
            let attempt = attempts[place.attempt]
            let there = zip(attempt.ids, log[sequence...]).prefix { $0 == $1.id }.count
            if let wrong = contradiction(attempt, there: there, at: sequence) { problems.append(wrong) }
            sequence += there
        }
        for (number, attempt) in attempts.enumerated() where !found.contains(number) {
            if case .acknowledged(let first) = attempt.outcome, !attempt.ids.isEmpty {
                problems.append("the commit at \(first) was acknowledged and is gone")
            }
        }
        return problems
    }

    private func contradiction(_ attempt: Attempt, there: Int, at sequence: Int) -> String? {
        let isWhole = there == attempt.ids.count
        let endsWithSegment = UInt64(sequence + there) % segmentEvents == 0
        if !isWhole, !(attempt.isDivisible && endsWithSegment) {
            return "\(there) of the \(attempt.ids.count) events of a commit are there, at \(sequence)"
        }
        switch attempt.outcome {
        case .acknowledged(let first):
            return isWhole && first == sequence ? nil : "the commit acknowledged at \(first) is at \(sequence)"
        case .refused: return "the commit at \(sequence) is there though it was refused"
        case .unknown: return nil
        }
    }

    /// Tells this state from others.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(end)
        hasher.combine(lines.count)
        hasher.combine(attempts.count)
    }
}
