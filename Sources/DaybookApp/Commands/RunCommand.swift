// `daybook run`: keep watch.

import ArgumentParser
import EventLog
import Ingestors
import Logging

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Keep watch: look on schedule, and announce what changed, until stopped.",
        discussion: """
            Each watch is looked at as its `every` or `cron` says; what fell due while nothing ran is made up for by one look. \
            SIGTERM or Ctrl-C stops within ten seconds, SIGHUP rereads the configuration and keeps the old one where the new \
            one is wrong. daybook check hands over to it, and every question may be asked beside it. It says what it does on \
            standard error: lines on a terminal, a JSON object a line elsewhere.

            Examples:
              daybook run
              daybook run --verbose
              daybook run 2>> daybook.log &
              kill -HUP %1                    take up a changed daybook.yaml
            """)

    @Flag(help: "Say more: what is looked at without news, too.")
    var verbose = false

    @OptionGroup var place: PlaceOptions

    func run() async throws {
        let console = Console.current
        let configuration = try Place.configuration(place)
        let scheduled = configuration.watches.filter { configuration.schedule(of: $0.name) != nil }
        guard !scheduled.isEmpty else {
            throw Failure(
                .usage,
                "\(configuration.file) has no watch with `every` or `cron`, so there is nothing to do by itself; add one, or use daybook check"
            )
        }
        let (file, data) = (place.config, place.data)
        let service = Service(
            configuration: configuration, tell: console.telling,
            logger: ServiceLog.logger(console, level: verbose ? .debug : .info)
        ) {
            var configuration = try Configuration.load(file)
            if let data { configuration.dataDirectory = data }
            return configuration
        }
        try await service.run(try Place.open(configuration.dataDirectory, create: true))
    }
}
