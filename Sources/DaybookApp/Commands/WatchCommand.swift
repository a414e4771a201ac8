// `daybook watch …`: the watches in daybook.yaml.

import ArgumentParser

struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Add a watch to daybook.yaml, or rename one and keep its history.",
        discussion: """
            The file is edited as text: comments, order and formatting stay as they are.

            Examples:
              daybook watch add https://fosdem.org/2026/schedule/xml
              daybook watch rename reinvent reinvent-2018
            """,
        subcommands: [WatchAddCommand.self, WatchRenameCommand.self])
}
