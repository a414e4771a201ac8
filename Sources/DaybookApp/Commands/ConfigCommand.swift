// `daybook config …`: is daybook.yaml right, and what may stand in it.

import ArgumentParser
import CanonicalJSON
import Ingestors
import Reactors

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check daybook.yaml, or print what may stand in it.",
        discussion: """
            Examples:
              daybook config check
              daybook config schema > daybook.schema.json
            """,
        subcommands: [ConfigCheckCommand.self, ConfigSchemaCommand.self, ConfigReferenceCommand.self])
}

struct ConfigCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say whether the configuration is right; name every line that is not.",
        discussion: """
            Exit code 0 when it is right, 2 when it is not. Nothing is fetched, written or sent.

            Examples:
              daybook config check
              daybook config check --config other.yaml
              daybook config check --json | jq .problems
            """)

    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        if format.json { return try printJSON() }
        let configuration = try Place.configuration(place)
        let watches = configuration.watches.map(\.name).joined(separator: ", ")
        let console = Console.current
        for word in configuration.untold { console.error("daybook: \(word)") }
        console.line("\(place.config) is right.")
        console.line("watches: \(watches.isEmpty ? "none yet" : watches)")
        if !configuration.channels.isEmpty {
            console.line("channels: \(configuration.channels.map(\.name).joined(separator: ", "))")
        }
        if !configuration.reactors.isEmpty {
            console.line("reactors: \(configuration.reactors.map(\.name).joined(separator: ", "))")
        }
        if !configuration.alarms.isEmpty {
            console.line("alarms: \(configuration.alarms.map(\.rule.name).joined(separator: ", "))")
        }
    }

    /// For editors and scripts: what is wrong, where, instead of sentences on standard error.
    private func printJSON() throws {
        let configuration: Configuration
        do throws(ConfigurationError) { configuration = try Configuration.load(place.config) } catch {
            guard case .wrong(let problems) = error else { throw error }
            print(problems: problems)
            throw Failure(.usage)
        }
        let answer: JSON = [
            "ok": true, "problems": [],
            "warnings": .array((configuration.warnings + configuration.untold).map(\.json)),
            "watches": .array(configuration.watches.map { .string($0.name) }),
            "channels": .array(configuration.channels.map { .string($0.name) }),
            "reactors": .array(configuration.reactors.map { .string($0.name) }),
        ]
        Console.current.line(answer.canonicalText)
    }

    private func print(problems: [ConfigurationProblem]) {
        let answer: JSON = ["ok": false, "problems": .array(problems.map(\.json)), "warnings": []]
        Console.current.line(answer.canonicalText)
    }
}

struct ConfigSchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of daybook.yaml, for editors.",
        discussion: """
            Example:
              daybook config schema > daybook.schema.json
            """)

    func run() throws { Console.current.line(ConfigurationSchema.json) }
}

struct ConfigReferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference",
        abstract: "Print the reference of every key, in Markdown.",
        discussion: """
            Example:
              daybook config reference | less
            """)

    func run() throws { Console.current.line(ConfigurationReference.markdown) }
}

extension ConfigurationProblem {
    fileprivate var json: JSON {
        ["file": .string(file), "line": JSON(line), "key": .string(path), "message": .string(message)]
    }
}
