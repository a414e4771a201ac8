// `daybook init`: a commented daybook.yaml and an empty log.

import ArgumentParser
import CanonicalJSON
import EventLog
import Foundation

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a daybook here, with a commented daybook.yaml.",
        discussion: """
            Writes daybook.yaml (never over one that is there) and makes the data folder, with a token for the HTTP pages.

            Examples:
              daybook init
              daybook init --config ~/watches/daybook.yaml
              daybook init --json
            """)

    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        let console = Console.current
        let isNew = !FileManager.default.fileExists(atPath: place.config)
        if isNew {
            try ConfigurationTemplate.write(ConfigurationTemplate.text(data: place.data), to: place.config)
        }
        let data = try Place.dataDirectory(place)
        let log = try Place.openLog(data, create: true)
        log.close()
        try AccessToken.make(in: data)
        if format.json { return console.line(json(isNew: isNew, data: data).canonicalText) }
        console.line(isNew ? "Wrote \(place.config)." : "\(place.config) is there already; it was left as it is.")
        console.line("The log is in \(data).")
        console.line("")
        let named = place.config == "daybook.yaml" ? "" : " --config \(place.config)"
        console.line("Its example watches the site of `daybook demo --port 8080`, if that runs in another terminal.")
        console.line("Next: edit \(place.config), then")
        console.line("  daybook config check\(named)    is it right?")
        console.line("  daybook check\(named)           look once, and announce what changed")
        console.line("  daybook sessions list\(named)   what is known now")
    }

    private func json(isNew: Bool, data: String) -> JSON {
        ["config": .string(place.config), "written": .bool(isNew), "data": .string(data)]
    }
}
