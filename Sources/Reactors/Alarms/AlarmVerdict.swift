// From the datapoints of the evaluation range to a state, as CloudWatch does it. Pure.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html

/// What an evaluation came to.
enum AlarmVerdict: Equatable {
    case state(AlarmState)
    /// Nothing that would change the state.
    case stays
}

extension AlarmRule {
    /// The state after an evaluation.
    ///
    /// - Parameter values: one for each period of the evaluation range, oldest first, nil where it has no datapoint.
    func verdict(_ values: [Double?]) -> AlarmVerdict {
        let known = values.compactMap(\.self)
        let breaching = known.suffix(evaluation.periods).count { threshold.isBreached(by: $0) }
        guard known.count < evaluation.periods else {
            // Enough is known: the newest datapoints count, and how missing ones are treated does not matter.
            return .state(breaching >= evaluation.breaching ? .alarm : .ok)
        }
        let lacking = evaluation.periods - known.count
        switch missing {
        case .breaching: return .state(breaching + lacking >= evaluation.breaching ? .alarm : .ok)
        case .notBreaching: return .state(breaching >= evaluation.breaching ? .alarm : .ok)
        case .missing, .ignore: return sparse(values, known, breaching)
        }
    }

    /// Too little is known, and what is missing counts for nothing.
    private func sparse(_ values: [Double?], _ known: [Double], _ breaching: Int) -> AlarmVerdict {
        if known.isEmpty { return missing == .ignore ? .stays : .state(.insufficientData) }
        if breaching >= evaluation.breaching { return .state(.alarm) }
        guard breaching == known.count else { return .state(.ok) }
        // All that is known is beyond the threshold. Whether that is enough goes by age: the next datapoint may be within, so that an
        // alarm would be premature until the oldest is as old as there are datapoints needed.
        let oldest = values.firstIndex { $0 != nil }.map { values.count - $0 } ?? 0
        guard oldest >= evaluation.breaching else { return .stays }
        return missing == .ignore ? .stays : .state(.alarm)
    }
}
