// The program from its arguments to its exit code, and where a package of one's own plugs in.

import ArgumentParser
import Glibc
import Projections
import Reactors

/// How a command ends (docs/commands.md).
public enum ExitStatus: Int32, Sendable {
    case done = 0
    /// Done, and the answer is no: nothing found, verification failed.
    case no = 1
    /// Usage or configuration.
    case usage = 2
    /// The outside world failed.
    case world = 3
    /// The data is damaged.
    case damaged = 4
}

/// A daybook with what a user's package adds to it.
///
/// ```swift
/// import DaybookApp
/// await DaybookApplication(projections: [Talks()]).main()
/// ```
public struct DaybookApplication: Sendable {
    @TaskLocal static var current = DaybookApplication()

    let projections: [any Projection]
    let reactors: [CustomReactor]

    /// - Parameters:
    ///   - projections: kept up and rebuilt beside the built-in ones.
    ///   - reactors: told of changes beside those in daybook.yaml.
    public init(projections: [any Projection] = [], reactors: [CustomReactor] = []) {
        self.projections = projections
        self.reactors = reactors
    }

    /// Runs the command that the process was given and ends the process with its exit code.
    public func main() async -> Never {
        signal(SIGPIPE, SIG_IGN)
        let console = Console.standard()
        let status = await run(Array(CommandLine.arguments.dropFirst()), console: console)
        console.flush()
        exit(status.rawValue)
    }

    /// Runs one command with its output handed in.
    func run(_ arguments: [String], console: Console) async -> ExitStatus {
        await Console.$current.withValue(console) {
            await DaybookApplication.$current.withValue(self) {
                do {
                    var command = try DaybookCommand.parseAsRoot(arguments)
                    if var asynchronous = command as? any AsyncParsableCommand {
                        try await asynchronous.run()
                    } else {
                        try command.run()
                    }
                    return whole(.done, on: console)
                } catch {
                    return whole(report(error, of: arguments, to: console), on: console)
                }
            }
        }
    }

    /// What was printed has to have come through for a command to end as it did.
    private func whole(_ status: ExitStatus, on console: Console) -> ExitStatus {
        console.flush()
        guard let lost = console.lost else { return status }
        return report(lost, of: [], to: console)
    }

    /// Says what went wrong, in one sentence on standard error, and what that means for the exit code.
    private func report(_ error: any Error, of arguments: [String], to console: Console) -> ExitStatus {
        if let failure = Failure(explaining: error) {
            // One sentence a line; foreign text in them has no line breaks of its own that would count.
            for sentence in failure.sentence.split(separator: "\n") {
                console.error("daybook: \(displayable(String(sentence)))")
            }
            return failure.status
        }
        let text = DaybookCommand.fullMessage(for: error)
        guard DaybookCommand.exitCode(for: error).isSuccess else {
            console.error(text)
            if let meant = CommandName.meant(by: arguments) { console.error("Did you mean '\(meant)'?") }
            return .usage
        }
        console.line(text)
        return .done
    }
}
