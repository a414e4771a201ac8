// An alarm's way through time: fed with what was recorded, in order, it says when the state changed and why. Pure, so that what
// happens now and what would have happened then come of the same function.

import EventLog
import Projections

/// One change of an alarm's state.
struct AlarmTransition: Sendable, Equatable {
    /// The moment of the evaluation: when a datapoint was recorded, or a period's end.
    let time: Timestamp
    let from: AlarmState
    let to: AlarmState
    /// The event whose datapoint it was, where it was one.
    let cause: UInt64?
    /// The periods that were looked at, oldest first.
    let periods: [EvaluatedPeriod]
}

/// A period as an evaluation saw it.
struct EvaluatedPeriod: Sendable, Equatable {
    let start: Timestamp
    let value: Double?
}

/// Evaluates at each datapoint's recorded time and at each period's end. Evaluating twice at one moment changes nothing, so it may
/// be taken up again at any moment it had reached.
struct AlarmWalk: Sendable {
    let rule: AlarmRule
    private(set) var state: AlarmState
    /// What lies before has been evaluated.
    private(set) var evaluated: Timestamp
    /// Whether there has not been any evaluation yet: then there is one where it begins, over what was recorded before.
    private var isNew: Bool
    private var periods: PeriodWindow

    /// - Parameter since: up to where the alarm has been evaluated; a new one begins there.
    init(_ rule: AlarmRule, state: AlarmState, since: Timestamp, isNew: Bool) {
        self.rule = rule
        self.state = state
        self.evaluated = since
        self.isNew = isNew
        periods = PeriodWindow(rule)
    }

    /// What was recorded before it begins: the datapoints from the evaluation range's first period on, and of an age the newest
    /// before that too.
    mutating func prepare(_ earlier: [Datapoint]) {
        for datapoint in earlier { periods.take(datapoint) }
    }

    /// Goes on to `now`.
    ///
    /// - Parameter datapoints: all that were recorded by then and not handed over before, in order.
    mutating func advance(to now: Timestamp, taking datapoints: [Datapoint]) -> [AlarmTransition] {
        var transitions: [AlarmTransition] = []
        if isNew {
            isNew = false
            evaluate(at: evaluated, cause: nil, &transitions)
        }
        var rest = datapoints[...]
        while let first = rest.first {
            let group = rest.prefix { $0.recorded == first.recorded }
            rest = rest.dropFirst(group.count)
            // One that was still on its way when its moment was passed: there has been no change since, so it is gone back to.
            evaluated = min(evaluated, first.recorded)
            pass(to: first.recorded, &transitions)
            for datapoint in group { periods.take(datapoint) }
            evaluate(at: first.recorded, cause: group.last?.sequence, &transitions)
        }
        pass(to: max(now, evaluated), &transitions)
        return transitions
    }

    /// The next moment at which the state changes if nothing more is recorded; at the latest one to look again. Nil where none comes.
    func next() -> Timestamp? {
        var probe = self
        var boundary = rule.periodEnd(after: evaluated)
        for _ in 0..<1000 {
            var transitions: [AlarmTransition] = []
            probe.evaluate(at: boundary, cause: nil, &transitions)
            if !transitions.isEmpty { return boundary }
            if probe.periods.isSettled(at: boundary) { return nil }
            boundary = rule.periodEnd(after: boundary)
        }
        return boundary
    }

    /// Evaluates at every period's end up to a time; where none can change anything any more, they are passed over.
    private mutating func pass(to limit: Timestamp, _ transitions: inout [AlarmTransition]) {
        var boundary = rule.periodEnd(after: evaluated)
        while boundary <= limit {
            evaluate(at: boundary, cause: nil, &transitions)
            if periods.isSettled(at: boundary) { break }
            boundary = rule.periodEnd(after: boundary)
        }
        evaluated = limit
    }

    private mutating func evaluate(at moment: Timestamp, cause: UInt64?, _ transitions: inout [AlarmTransition]) {
        let seen = periods.range(at: moment)
        guard case .state(let next) = rule.verdict(seen.map(\.value)), next != state else { return }
        transitions.append(AlarmTransition(time: moment, from: state, to: next, cause: cause, periods: seen))
        state = next
    }
}

extension AlarmRule {
    /// The number of the period that a moment lies in; a period holds its beginning and not its end.
    func period(of moment: Timestamp) -> Int64 {
        let (quotient, remainder) = moment.millisecondsSinceEpoch.quotientAndRemainder(dividingBy: periodMilliseconds)
        return remainder < 0 ? quotient - 1 : quotient
    }

    func start(ofPeriod number: Int64) -> Timestamp {
        Timestamp(millisecondsSinceEpoch: number * periodMilliseconds)
    }

    func periodEnd(after moment: Timestamp) -> Timestamp { start(ofPeriod: period(of: moment) + 1) }

    /// From where on an evaluation after `moment` looks at datapoints.
    func rangeStart(at moment: Timestamp) -> Timestamp { start(ofPeriod: period(of: moment) - Int64(rangePeriods)) }
}
