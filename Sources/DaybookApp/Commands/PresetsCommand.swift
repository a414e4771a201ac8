// `daybook presets …`: the presets that come with the program.

import ArgumentParser
import CanonicalJSON

struct PresetsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "presets",
        abstract: "Show the presets that a watch or a channel can begin with.",
        discussion: """
            A preset is a file of defaults for the keys of a watch or a channel; `preset: NAME` takes them, and what stands beside \
            it wins. For one of your own, print one, change it, and name the file: `preset: ./mine.yaml`.

            Examples:
              daybook presets list
              daybook presets show frab-xml > mine.yaml
            """,
        subcommands: [PresetsListCommand.self, PresetsShowCommand.self])
}

struct PresetsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the presets and what each reads, or whom it tells.",
        discussion: """
            Example:
              daybook presets list
            """)

    @OptionGroup var format: FormatOptions

    func run() throws {
        let console = Console.current
        var table = Table("preset", "kind", "what it is for")
        for (use, preset) in Preset.Use.allCases.flatMap({ use in use.builtIn.map { (use, $0) } }) {
            let (kind, about) = (preset.kind ?? use.rawValue, preset.about ?? "")
            table.add(Cell(preset.name, .strong), Cell(kind), Cell(about))
            guard format.json else { continue }
            let row = JSONObject([
                ("preset", .string(preset.name)), ("kind", .string(kind)), ("about", .string(about)),
            ])
            console.line(JSON.object(row).canonicalText)
        }
        if !format.json { table.print(to: console) }
    }
}

struct PresetsShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print a preset as it is, with its comments, ready to be copied and changed.",
        discussion: """
            Example:
              daybook presets show frab-xml > mine.yaml
            """)

    @Argument(help: "The preset's name.")
    var name: String

    func run() throws {
        do throws(Preset.Unknown) { Console.current.bytes(Array(try Preset.named(name).text.utf8)) } catch {
            throw Failure(.no, error.reason)
        }
    }
}
