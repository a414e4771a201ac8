// Which look answers which hand-over of a check. Pure: it is told when looks begin and end, and says whom that concerns.

import Reactors

/// The checks that other processes have handed over and that are not answered yet.
struct CheckDesk {
    typealias Answer = @Sendable (CheckAnswer) -> Void

    private struct Check {
        /// Watches whose look has not begun yet.
        var waiting: Set<String>
        /// Watches that are being looked at for it.
        var underWay: Set<String> = []
        let waitSeconds: Double
        let answer: Answer
    }

    private var checks: [Int: Check] = [:]
    private var number = 0

    var isEmpty: Bool { checks.isEmpty }

    /// - Parameter watches: at least one.
    mutating func take(_ watches: [String], waitSeconds: Double, answer: @escaping Answer) {
        number += 1
        checks[number] = Check(waiting: Set(watches), waitSeconds: waitSeconds, answer: answer)
    }

    /// A look that begins now answers everyone who waits for that watch; one that had begun before may have been too early.
    mutating func began(_ watch: String) {
        for (number, check) in checks where check.waiting.contains(watch) {
            checks[number]?.waiting.remove(watch)
            checks[number]?.underWay.insert(watch)
        }
    }

    /// - Returns: the checks that now have all their looks, with how long their deliveries may be waited for.
    mutating func ended(_ watch: String, _ answer: CheckAnswer) -> [(number: Int, waitSeconds: Double)] {
        var whole: [(number: Int, waitSeconds: Double)] = []
        for (number, check) in checks.sorted(by: { $0.key < $1.key }) where check.underWay.contains(watch) {
            check.answer(answer)
            checks[number]?.underWay.remove(watch)
            if check.waiting.isEmpty, check.underWay.count == 1 { whole.append((number, check.waitSeconds)) }
        }
        return whole
    }

    /// Watches that are no longer configured are not looked at any more.
    mutating func drop(_ failure: Failure, unless known: (String) -> Bool) {
        for (number, check) in checks where !check.waiting.allSatisfy(known) {
            check.answer(.refused(failure))
            checks[number] = nil
        }
    }

    mutating func settled(_ number: Int, _ report: DispatchReport) {
        checks.removeValue(forKey: number)?.answer(.done(report))
    }

    mutating func refuse(_ number: Int, _ failure: Failure) {
        checks.removeValue(forKey: number)?.answer(.refused(failure))
    }

    mutating func refuseAll(_ failure: Failure) {
        for check in checks.values { check.answer(.refused(failure)) }
        checks = [:]
    }
}
