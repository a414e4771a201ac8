// Why an alarm changed, in a sentence.

import EventLog
import Projections

extension AlarmRule {
    /// - Parameter error: what the event whose datapoint it was says went wrong.
    func reason(_ transition: AlarmTransition, error: String? = nil) -> String {
        looks(transition, error) ?? measured(transition)
    }

    /// Characters of an error that are repeated.
    private static let errorMax = 300

    /// Of the alarm that every watch has: in words, since nobody has chosen its numbers.
    private func looks(_ transition: AlarmTransition, _ error: String?) -> String? {
        guard isBuiltIn, let value = transition.periods.last(where: { $0.value != nil })?.value,
            let failures = Int(exactly: value)
        else { return nil }
        if failures == 0 { return "the last look did not fail" }
        let failed = failures == 1 ? "1 look failed" : "\(failures) looks in a row failed"
        guard transition.to == .alarm else { return failed + ", and \(numberText(threshold.number)) are too many" }
        return failed + (error.map { ": " + SafeText.shortened($0, to: Self.errorMax) } ?? "")
    }

    private func measured(_ transition: AlarmTransition) -> String {
        let known = transition.periods.compactMap(\.value)
        let looked = Array(known.suffix(evaluation.periods))
        let span = "in the last \(counted(rangePeriods, "period")) of \(periodText)"
        guard transition.to != .insufficientData else {
            return "there is no datapoint of \(metric.name)\(whose) \(span)"
        }
        if looked.isEmpty {
            let side = transition.to == .alarm ? "beyond" : "within"
            return
                "there is no datapoint of \(metric.name)\(whose) \(span), which counts as \(side) the threshold \(threshold)"
        }
        let breaching = looked.count { threshold.isBreached(by: $0) }
        var text =
            "\(breaching) of the last \(counted(looked.count, "datapoint")) \(breaching == 1 ? "was" : "were") \(threshold)"
        text += ": the \(statistic) of \(metric.name)\(whose) over \(periodText) was "
        text += looked.suffix(12).map(numberText).joined(separator: ", ")
        let lacking = evaluation.periods - looked.count
        if lacking > 0, missing == .breaching { text += "; \(lacking) missing counted as beyond the threshold" }
        if evaluation.periods > 1 { text += " (\(evaluation) needed)" }
        return text
    }

    private var whose: String { labels.map { $0.count == 1 ? " of \($0[0])" : "" } ?? "" }

    /// `1m`, as `daybook.yaml` writes it.
    var periodText: String {
        let units: [(String, Int64)] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)]
        var rest = periodMilliseconds
        var text = ""
        for (name, length) in units where rest >= length {
            text += "\(rest / length)\(name)"
            rest %= length
        }
        return text
    }
}

private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
