// `daybook demo`: all of it at work, on a small site of its own.

import ArgumentParser
import DemoSite
import EventLog
import Foundation
import Ingestors
import Observations
import Reactors

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "See it work: a small changing site on this machine, watched by a real daybook.",
        discussion: """
            Everything is real but the site: HTTP on loopback, the log, the projections, the announcements. The daybook is \
            kept in a temporary folder that is named at the end, to be looked into.

            Examples:
              daybook demo
              daybook demo --looks 5
              daybook demo --port 8080        where the example of daybook init looks
            """)

    /// How often the demo looks; the site changes every few seconds.
    static let pause = Duration.seconds(2)

    @Option(help: ArgumentHelp("Stop after so many looks; on and on without.", valueName: "count"))
    var looks: Int?

    @Option(help: ArgumentHelp("Serve the site on this port; any free one without.", valueName: "number"))
    var port = 0

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port takes a number up to 65535.") }
    }

    func run() async throws {
        let console = Console.current
        let folder = FileManager.default.temporaryDirectory.appending(path: "daybook-demo-\(getpid())").path()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let (looks, port) = (looks, port)
        do {
            try await untilStopped {
                try await DemoSite.run(port: port) { address in
                    try await watch(address, folder: folder, looks: looks, console: console)
                }
            }
        } catch {
            guard Failure(explaining: error) == nil else { throw error }
            throw Failure(
                .world,
                "the demo's site cannot be served on port \(port): it is in use, or not ours to use; choose another with --port"
            )
        }
        farewell(folder: folder, console: console)
    }

    private func watch(_ address: String, folder: String, looks: Int?, console: Console) async throws {
        let path = folder + "/daybook.yaml"
        try Data(DemoSite.configuration(for: address).utf8).write(to: URL(filePath: path))
        let configuration = try Configuration.load(path)
        console.line("A small conference catalogue is served on \(address) and changes every few seconds.")
        console.line("A daybook watches it over HTTP. Ctrl-C ends the demo.")
        console.line("")
        console.flush()
        let lookout = try await Lookout(
            configuration, place: Place.open(configuration.dataDirectory, create: true), tell: console.telling)
        defer { lookout.close() }
        try await lookout.dispatcher.start()
        var count = 0
        while count < looks ?? .max {
            count += 1
            await lookout.look(at: configuration.watches) { outcome in
                guard case .success(let report) = outcome else { return }
                if report.outcome != .completed || count == 1 { console.line(RunText.line(report, console)) }
            }
            _ = try await lookout.react(wait: .seconds(10))
            console.flush()
            if count < looks ?? .max { try await Task.sleep(for: DemoCommand.pause) }
        }
    }

    private func farewell(folder: String, console: Console) {
        console.line("")
        console.line("What it saw is kept in \(folder). Ask it:")
        console.line("  cd \(folder)")
        console.line("  daybook sessions list")
        console.line("  daybook sessions history DAY-101")
        console.line("  daybook log tail")
        console.line("To begin a daybook of your own: daybook init")
    }
}
