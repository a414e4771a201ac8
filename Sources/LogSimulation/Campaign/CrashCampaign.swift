// Workload after workload, each crash point of each checked: until there were so many, or for so long.

import EventLog

package struct CrashCampaign {
    package struct Failure: Sendable, CustomStringConvertible {
        package var seed: UInt64
        /// Nil where the workload itself was told what must not be.
        package var call: Int?
        package var what: String
        package var problems: [String]
        var operations: Int

        /// The shortest way to see it again.
        package var command: String {
            "tools/fuzz crash --seed \(seed)" + (call.map { " --call \($0)" } ?? "")
                + (operations == CrashCampaign.operationsMax ? "" : " --operations \(operations)")
        }

        package var description: String {
            let place = call.map { "before call \($0) (\(what))" } ?? "(\(what))"
            return "seed \(seed), \(place): " + problems.joined(separator: "; ") + "\n  again: \(command)"
        }
    }

    /// Of a workload. Its crash points cost the more the longer its log is.
    package var operations = operationsMax
    package static let operationsMax = 10
    package let mistake: SimulatedMistake?
    /// Crash points that differ in the disk's state, in what callers know, or in the call.
    package private(set) var distinct: Set<Int> = []
    package private(set) var workloads = 0
    package private(set) var calls = 0
    package private(set) var failures: [Failure] = []
    /// By what was going on, how many distinct crash points there were.
    package private(set) var byOperation: [String: Int] = [:]

    package init(mistake: SimulatedMistake? = nil) { self.mistake = mistake }

    /// One workload with all its crash points; with `only`, just that call's. `trace` hears of every call.
    package mutating func run(seed: UInt64, only: Int? = nil, trace: ((String) -> Void)? = nil) {
        var points: [CrashPoint] = []
        let workload = Workload(seed: seed, mistake: mistake, trace: trace) { point in
            if only == nil || only == point.call { points.append(point) }
        }
        workload.run(operations: operations)
        workloads += 1
        calls += workload.calls
        if !workload.problems.isEmpty {
            failures.append(
                Failure(
                    seed: seed, call: nil, what: "told at once", problems: workload.problems, operations: operations))
        }
        for point in points where distinct.insert(point.fingerprint).inserted {
            byOperation[String(point.what.prefix { $0 != ":" }), default: 0] += 1
            let problems = point.problems(mistake: mistake)
            guard !problems.isEmpty else { continue }
            failures.append(
                Failure(seed: seed, call: point.call, what: point.what, problems: problems, operations: operations))
        }
    }

    /// Workloads from `seed` on, until `isDone`.
    package mutating func run(from seed: UInt64, until isDone: (CrashCampaign) -> Bool) {
        var seed = seed
        while !isDone(self) {
            run(seed: seed)
            seed &+= 1
        }
    }
}
