// A reactor that is a program: told of changes on standard input, deciding by its answers.

import CanonicalJSON
import Projections

/// Hands each change to a program as a line with a CloudEvent. Its answer decides, and the events in it are appended in the
/// same commit as the record (docs/writing-a-reactor.md).
final class ExecReactor: Reactor {
    let concurrency = 1
    private let definition: ReactorDefinition
    private let runner: ProgramRunner
    private let mask: SecretMask

    /// The program finds the reactor's name as `DAYBOOK_REACTOR`.
    init(_ program: ProgramDefinition, definition: ReactorDefinition, host: ProgramHost) {
        self.definition = definition
        mask = SecretMask(program.environment)
        runner = host.runner(program, as: .reactor, definition.name)
    }

    func react(to change: Change, in context: ReactorContext) async -> Outcome {
        let body = CloudEventBody.bytes(
            reactor: context.reactor, key: context.key, change: change, message: definition.text(change))
        let line = CloudEventBody.bytes(body, attempt: context.attempt, isLate: context.isLate)
        switch await runner.ask(line, id: context.key) {
        case .answered(.done(let events)):
            do throws(ProgramEvents.Refused) {
                let cause = change.data["event"]?.stringValue
                return .done(try ProgramEvents.drafts(events, cause: cause, in: context))
            } catch {
                return .park(reason: mask.masked(error.reason))
            }
        case .answered(.retry(let after, let reason)): return .retry(after: after, reason: reason)
        case .answered(.skip(let reason)): return .skip(reason: reason)
        case .answered(.park(let reason)): return .park(reason: reason)
        case .failed(let reason): return .retry(after: nil, reason: reason)
        case .interrupted: return .interrupted
        }
    }

    func release() async { await runner.release() }
}
