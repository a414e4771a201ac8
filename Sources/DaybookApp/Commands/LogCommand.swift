// `daybook log …`: the events themselves.

import ArgumentParser

struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Read, verify, prove, export and import the log itself.",
        discussion: """
            Examples:
              daybook log tail
              daybook log verify
              daybook log export | jq .type
            """,
        subcommands: [
            LogTailCommand.self, LogShowCommand.self, LogStatsCommand.self, LogVerifyCommand.self,
            LogExportCommand.self, LogImportCommand.self, LogCheckpointCommand.self, LogProveCommand.self,
        ])
}
