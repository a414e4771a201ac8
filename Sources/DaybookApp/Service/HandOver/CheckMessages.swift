// What `check` and a running `run` say to each other over data/run.sock: JSON Lines, one request, then answers until `done` or
// `refused`, and `waiting` at once and every few seconds between them. Both ends are of one version most of the time; what one does not know it passes over.

import CanonicalJSON
import EventLog
import Ingestors
import Observations
import Reactors

/// `{"check":["WATCH",…],"wait":SECONDS,"configuration":"sha256:…"}`
struct CheckRequest: Equatable, Sendable {
    var watches: [String]
    /// How long deliveries are waited for.
    var waitSeconds: Double
    /// Of the configuration that the asker works with: another one than the service's is not taken for it.
    var configuration: Digest
}

/// One line of the answer.
enum CheckAnswer: Sendable {
    case report(RunReport)
    /// A watch that could not be looked at.
    case trouble(Failure)
    /// The service is alive and at it.
    case waiting
    /// Nothing (more) comes of it.
    case refused(Failure)
    case done(DispatchReport)

    var isLast: Bool {
        switch self {
        case .report, .trouble, .waiting: false
        case .refused, .done: true
        }
    }
}

extension CheckRequest {
    var json: JSON {
        .object(
            JSONObject([
                ("check", .array(watches.map(JSON.string))), ("wait", .number(waitSeconds)),
                ("configuration", .string(configuration.reference)),
            ]))
    }

    init?(_ json: JSON) {
        guard let watches = json["check"]?.arrayValue, let wait = json["wait"]?.numberValue,
            let digest = json["configuration"]?.stringValue.flatMap({ Digest(reference: $0) })
        else { return nil }
        self.init(watches: watches.compactMap(\.stringValue), waitSeconds: wait, configuration: digest)
    }
}

extension CheckAnswer {
    var json: JSON {
        switch self {
        case .report(let report): ["report": report.whole]
        case .trouble(let failure): ["trouble": failure.json]
        case .waiting: ["waiting": true]
        case .refused(let failure): ["refused": failure.json]
        case .done(let report): ["done": report.json]
        }
    }

    init?(_ json: JSON) {
        if let report = json["report"].flatMap({ RunReport(whole: $0) }) {
            self = .report(report)
        } else if let failure = json["trouble"].flatMap({ Failure($0) }) {
            self = .trouble(failure)
        } else if json["waiting"] != nil {
            self = .waiting
        } else if let failure = json["refused"].flatMap({ Failure($0) }) {
            self = .refused(failure)
        } else if let report = json["done"].flatMap({ DispatchReport($0) }) {
            self = .done(report)
        } else {
            return nil
        }
    }
}

extension Failure {
    fileprivate var json: JSON { ["status": JSON(Int(status.rawValue)), "sentence": .string(sentence)] }

    fileprivate init?(_ json: JSON) {
        guard let status = json["status"]?.intValue.flatMap({ ExitStatus(rawValue: Int32(truncatingIfNeeded: $0)) }),
            let sentence = json["sentence"]?.stringValue
        else { return nil }
        self.init(status, sentence)
    }
}

extension DispatchReport {
    fileprivate var json: JSON {
        [
            "delivered": JSON(delivered), "failed": JSON(failed), "parked": JSON(parked), "held": JSON(held),
            "waiting": JSON(waiting), "gathering": JSON(gathering),
        ]
    }

    fileprivate init?(_ json: JSON) {
        guard let delivered = json["delivered"]?.intValue else { return nil }
        self.init()
        self.delivered = delivered
        failed = json["failed"]?.intValue ?? 0
        parked = json["parked"]?.intValue ?? 0
        held = json["held"]?.intValue ?? 0
        waiting = json["waiting"]?.intValue ?? 0
        gathering = json["gathering"]?.intValue ?? 0
    }
}
