// docs/commands.md, made from the help texts themselves.

import ArgumentParser

enum CommandReference {
    /// Every command with its path (`log verify`), depth first, in the order of the help.
    static let commands: [(path: [String], type: any ParsableCommand.Type)] = collect(DaybookCommand.self, path: [])

    /// The reference part of the page: a heading and the help of each command.
    static var markdown: String {
        commands.map { path, type in
            let heading = (["daybook"] + path).joined(separator: " ")
            let help = DaybookCommand.helpMessage(for: type, columns: 100).trimmed
            return "### `\(heading)`\n\n```text\n\(help)\n```\n"
        }.joined(separator: "\n")
    }

    private static func collect(
        _ type: any ParsableCommand.Type, path: [String]
    ) -> [(path: [String], type: any ParsableCommand.Type)] {
        let configuration = type.configuration
        let subcommands = configuration.groupedSubcommands.flatMap(\.subcommands) + configuration.ungroupedSubcommands
        return [(path, type)]
            + subcommands.flatMap { collect($0, path: path + [$0.configuration.commandName ?? String(describing: $0)]) }
    }
}

/// The names of commands, where one was written that is none.
enum CommandName {
    /// The command that was most likely meant: `daybook log verify` by `log verfy`. Nothing where the first words are a command, or are
    /// like none.
    static func meant(by arguments: [String]) -> String? {
        let words = arguments.prefix { !$0.hasPrefix("-") }
        var path: [String] = []
        for word in words {
            let next = CommandReference.commands.map(\.path).filter {
                $0.count == path.count + 1 && $0.starts(with: path)
            }
            let names = next.compactMap(\.last)
            if names.contains(word) {
                path.append(word)
                continue
            }
            return NearestName.of(word, in: names).map { (["daybook"] + path + [$0]).joined(separator: " ") }
        }
        return nil
    }
}

extension String {
    /// Without spaces at the ends of lines and empty lines at the end: help texts are padded.
    fileprivate var trimmed: String {
        var lines = split(separator: "\n", omittingEmptySubsequences: false).map { line in
            var line = line
            while line.last == " " { line.removeLast() }
            return line
        }
        while lines.last == "" { lines.removeLast() }
        return lines.joined(separator: "\n")
    }
}
