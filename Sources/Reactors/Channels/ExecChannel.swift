// Tells a program, over its standard input.

/// Hands each change to a program as a line with a CloudEvent, and takes its answer (docs/writing-a-reactor.md). Reactors
/// that tell on the same channel share the program; an event's `source` names the reactor.
public final class ExecChannel: Channel {
    public let form = MessageForm.cloudEvent
    public let concurrency = 1
    private let name: String
    private let runner: ProgramRunner

    /// - Parameter name: what the configuration calls the channel; the program finds it as `DAYBOOK_CHANNEL`.
    public init(_ program: ProgramDefinition, name: String, host: ProgramHost) {
        self.name = name
        runner = host.runner(program, as: .channel, name)
    }

    public func deliver(_ message: RenderedMessage) async -> ChannelAnswer {
        let line = CloudEventBody.bytes(message.body, attempt: message.attempt, isLate: message.isLate)
        return ChannelAnswer(Self.outcome(of: await runner.ask(line, id: message.key), channel: name))
    }

    public func release() async { await runner.release() }

    /// What a reply means for the notification. Pure.
    static func outcome(of reply: ProgramRunner.Reply, channel: String) -> Outcome {
        switch reply {
        case .answered(.done(let events)) where !events.isEmpty:
            .park(
                reason: "the program of channel \(channel) answered done with events, which were not appended: "
                    + "only a reactor's own program may give events")
        case .answered(.done): .done([])
        case .answered(.retry(let after, let reason)): .retry(after: after, reason: reason)
        case .answered(.skip(let reason)): .skip(reason: reason)
        case .answered(.park(let reason)): .park(reason: reason)
        case .failed(let reason): .retry(after: nil, reason: reason)
        case .interrupted: .interrupted
        }
    }
}
