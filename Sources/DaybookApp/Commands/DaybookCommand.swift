// The root of the command line.

import ArgumentParser
import Transport

struct DaybookCommand: AsyncParsableCommand {
    static let version = "0.1.0"
    /// How daybook presents itself to the sites that it looks at.
    static let userAgent = HTTPClient.Configuration.userAgent(version: version)

    static let configuration = CommandConfiguration(
        commandName: "daybook",
        abstract: "Watches the outside world, keeps every state it saw, and tells you what changed.",
        discussion: """
            Everything seen is an event in an append-only log; what is asked and announced is derived from it.

            Examples:
              daybook demo                        see it work, on a small site of its own
              daybook init                        begin a daybook in this folder
              daybook run                         keep watch, until stopped
              daybook check                       look at all watches once, and announce what changed
              daybook sessions list --as-of "2h ago"
              daybook search event sourcing       find whatever has these words
              daybook follow                      see changes as they come
            """,
        version: version,
        groupedSubcommands: [
            CommandGroup(
                name: "Begin",
                subcommands: [
                    InitCommand.self, WatchCommand.self, ConfigCommand.self, ChannelsCommand.self, PresetsCommand.self,
                    DemoCommand.self,
                ]),
            CommandGroup(
                name: "Watch",
                subcommands: [CheckCommand.self, RunCommand.self, ImportCommand.self, StatusCommand.self]),
            CommandGroup(
                name: "Ask",
                subcommands: [
                    CollectionCommand<PagesNoun>.self, CollectionCommand<SessionsNoun>.self,
                    CollectionCommand<ItemsNoun>.self, CollectionCommand<StockNoun>.self, AlarmsCommand.self,
                    SearchCommand.self, FollowCommand.self, DeliveriesCommand.self, AuditCommand.self,
                ]),
            CommandGroup(name: "The log", subcommands: [LogCommand.self, RebuildCommand.self, SnapshotCommand.self]),
        ])
}
