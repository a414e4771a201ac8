// `daybook channels …`: the ways to tell somebody.

import ArgumentParser
import CanonicalJSON
import EventLog
import Reactors
import Transport

struct ChannelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "channels",
        abstract: "Try whether a channel works.",
        discussion: """
            Example:
              daybook channels test team
            """,
        subcommands: [ChannelsTestCommand.self])
}

struct ChannelsTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Send a test message through a channel, once, and say what the other side answers.",
        discussion: """
            The message says that it is a test. Nothing is recorded. Exit code 3 when the channel did not take it.

            Examples:
              daybook channels test team
              daybook channels test team --json
            """)

    @Argument(help: "The channel.")
    var name: String

    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() async throws {
        let console = Console.current
        let configuration = try Place.configuration(place)
        guard let named = configuration.channels.first(where: { $0.name == name }) else {
            let known = configuration.channels.map(\.name)
            let nearest = NearestName.of(name, in: known).map { "did you mean \"\($0)\"?" }
            let all = known.isEmpty ? "it has none" : "it has \(Wording.list(known, "and"))"
            throw Failure(.usage, "\(configuration.file) has no channel \"\(name)\"; \(nearest ?? all)")
        }
        let client = HTTPClient(configuration: .init(userAgent: DaybookCommand.userAgent))
        defer { client.shutdown() }
        let telling = format.json ? console.tellingOnErrors : console.telling
        let channel = named.definition.channel(
            named: name, client: client,
            terminal: TerminalChannel(isColoured: telling.isColoured, write: telling.write),
            host: ProgramHost(data: configuration.dataDirectory))
        let answer = await channel.deliver(TestMessage.make(channel: name, form: channel.form, at: .now()))
        await channel.release()
        try tell(answer, console)
    }

    private func tell(_ answer: ChannelAnswer, _ console: Console) throws {
        let (word, reason) = Self.outcome(answer)
        if format.json {
            var row = JSONObject([("channel", .string(name)), ("outcome", .string(word))])
            row["status"] = answer.status.map { JSON($0) }
            row["error"] = reason.map(JSON.string)
            console.line(JSON.object(row).canonicalText)
        } else if reason == nil {
            let status = answer.status.map { " (status \($0))" } ?? ""
            console.line("\(name) took the test message\(status).")
        }
        guard let reason else { return }
        throw Failure(.world, format.json ? "" : "\(name) did not take the test message: \(displayable(reason))")
    }

    /// In one word, and why where it did not work.
    private static func outcome(_ answer: ChannelAnswer) -> (String, String?) {
        switch answer.outcome {
        case .done: ("delivered", nil)
        case .retry(_, let reason): ("failed", reason)
        case .park(let reason): ("refused", reason)
        case .skip(let reason): ("held", reason)
        case .interrupted: ("failed", "it was stopped in the middle")
        }
    }
}
