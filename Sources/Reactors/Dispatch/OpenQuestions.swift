// Questions that a loop has been asked and has not answered yet.

import EventLog

/// Answers each with what was done since it came, once that is settled or its time is up.
struct OpenQuestions: Sendable {
    private var asked: [(request: SettlingRequest, before: DispatchReport)] = []

    var isEmpty: Bool { asked.isEmpty }

    /// - Parameter before: the report as it is when the question comes.
    mutating func note(_ request: SettlingRequest, before: DispatchReport) { asked.append((request, before)) }

    mutating func answer(
        at now: Timestamp, with report: DispatchReport, where isSettled: (SettlingRequest) -> Bool
    ) {
        asked.removeAll { question in
            guard isSettled(question.request) || question.request.deadline <= now else { return false }
            question.request.reply(report.since(question.before))
            return true
        }
    }

    mutating func answerAll(with report: DispatchReport) {
        for question in asked { question.request.reply(report.since(question.before)) }
        asked = []
    }
}

extension DispatchReport {
    /// What was done after another report; what waits is as it is now.
    fileprivate func since(_ before: DispatchReport) -> DispatchReport {
        var since = self
        since.delivered -= before.delivered
        since.failed -= before.failed
        since.parked -= before.parked
        since.held -= before.held
        return since
    }
}
