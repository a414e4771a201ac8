// What a running daybook answers over HTTP: does it live, is it up to its work, and in numbers how all stands.

import CanonicalJSON
import Endpoint
import EventLog
import Glibc
import Projections

struct ServicePages: Sendable {
    let mailbox: ServiceMailbox
    let startTime: Timestamp
    /// A loop that does not answer for so long is stuck.
    var patience = Duration.seconds(5)

    var all: [EndpointPage] {
        [
            EndpointPage(path: "/healthz", isOpen: true) { await health() },
            EndpointPage(path: "/readyz") { await readiness() },
            EndpointPage(path: "/metrics") { await metrics() },
        ]
    }

    private func health() async -> EndpointAnswer {
        guard await mailbox.state(within: patience) != nil else { return stuck }
        return .json(["status": "ok"])
    }

    private func readiness() async -> EndpointAnswer {
        await withReport { state, report in
            let reasons = Readiness.reasons(report, state)
            let answer: JSON = [
                "status": reasons.isEmpty ? "ready" : "not ready", "reasons": .array(reasons.map { .string($0) }),
                "projections": .object(JSONObject(report.projections.map { ($0.name, JSON($0.lag)) })),
            ]
            return .json(answer, status: reasons.isEmpty ? 200 : 503)
        }
    }

    private func metrics() async -> EndpointAnswer {
        await withReport { state, report in
            let text = MetricsText.text(
                report, events: try state.place.log.end(), state: state, process: .current(since: startTime))
            return EndpointAnswer(status: 200, mediaType: MetricsText.mediaType, body: text)
        }
    }

    private func withReport(
        _ body: (ServiceState, StatusReport) throws -> EndpointAnswer
    ) async -> EndpointAnswer {
        guard let state = await mailbox.state(within: patience) else { return stuck }
        do {
            await catchUp(state.place.engine)
            let report = try StatusReport(
                of: state.place, configuration: state.configuration, process: Int(getpid()),
                service: ServiceAnswer(state),
                now: state.now)
            return try body(state, report)
        } catch {
            return .problem(503, "Not ready", detail: Failure(explaining: error)?.sentence ?? "\(error)")
        }
    }

    /// Nobody else need ask for what is derived, where there are no reactors. What cannot be taken in within `patience` remains as lag.
    private func catchUp(_ engine: ProjectionEngine) async {
        let catchingUp = Task { try await engine.catchUp() }
        let alarm = Task {
            try? await Task.sleep(for: patience)
            catchingUp.cancel()
        }
        _ = await catchingUp.result
        alarm.cancel()
    }

    private var stuck: EndpointAnswer {
        .problem(
            503, "Stuck", detail: "The service's loop has not answered for \(patience.components.seconds) seconds.")
    }
}

/// Whether the service is up to its work: what it derives is at hand, and what is due is told.
enum Readiness {
    /// More events than this between the log's end and a projection are a lag, and no moment between a commit and its effect.
    static let lagMax: UInt64 = 10_000

    /// What keeps it from being ready; nothing where it is.
    static func reasons(_ report: StatusReport, _ state: ServiceState) -> [String] {
        var reasons: [String] = []
        for projection in report.projections {
            if let failure = projection.failure {
                reasons.append("projection \(projection.name) \(failure)")
            } else if projection.lag > lagMax {
                reasons.append("projection \(projection.name) is \(counted(Int(projection.lag), "event")) behind")
            }
        }
        if !state.isTelling { reasons.append("nothing is being told by this process; its log says why") }
        if state.isStopping { reasons.append("it is stopping") }
        return reasons
    }
}
