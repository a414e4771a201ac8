// `daybook watch add`: a watch for a page, written into daybook.yaml.

import ArgumentParser
import EventLog
import Extraction
import Foundation
import Transport

struct WatchAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Write a watch for a page into daybook.yaml.",
        discussion: """
            Fetches the page once and recognises what it is: a conference schedule, a shop, a list of things in JSON, else a page \
            whose text is watched. Where there is no daybook.yaml, one is made. What was there stays as it was.

            Examples:
              daybook watch add https://fosdem.org/2026/schedule/xml --name fosdem
              daybook watch add https://example.org/news --every 1h
            """)

    @Argument(help: "The page.")
    var url: String

    @Option(help: ArgumentHelp("The watch's name; made from the URL where it is left out.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("How often to look.", valueName: "duration"))
    var every = "10m"

    @Flag(help: "Write it although the page cannot be fetched now, as a page whose text is watched.")
    var force = false

    @OptionGroup var place: PlaceOptions

    func run() async throws {
        let console = Console.current
        try checkArguments()
        let isNew = !FileManager.default.fileExists(atPath: place.config)
        let file = isNew ? nil : try ConfigurationFile(place.config)
        let watches = try file?.tree()["watches"]?.entries ?? []
        try refuseTwin(of: watches)
        let name = try chosenName(watches.map(\.name))
        let (recogniser, keys) = PageRecogniser.recognise(try await page(console))
        let watch = scheduled(keys)
        if isNew {
            try makeFile(name, watch)
            console.line("Wrote \(place.config); its watch is \(name).")
        } else if let file {
            let edited = try file.edit(or: "add this to its watches by hand: \(name): \(watch.flow)") {
                edit throws(EditRefused) in
                try edit.adding(name, watch)
            }
            try file.replace(with: edited.text)
            console.line("Added \(name) to \(file.name), line \(edited.line).")
        }
        console.line("It is \(recogniser.about):")
        for line in watch.block(under: name, indent: 0, step: 2) { console.line("  \(displayable(line))") }
        tellNext(name, console)
    }

    /// What was wrong with the file before keeps the watch from being looked at, too.
    private func tellNext(_ name: String, _ console: Console) {
        let next = place.stepsToCheck(name)
        do {
            let configuration = try Configuration.load(place.config)
            for word in configuration.untold where word.path == "watches.\(name)" { console.error("daybook: \(word)") }
            console.line("Next: \(next)")
        } catch {
            console.error("daybook: \(place.config) is not right yet, for reasons of its own:")
            for sentence in error.description.split(separator: "\n") {
                console.error("daybook: \(displayable(String(sentence)))")
            }
            console.line("Next: put that right, then \(next)")
        }
    }

    /// Twice the same page is most likely a command that was given again; who means it says a name.
    private func refuseTwin(of watches: [ConfigurationNode.Entry]) throws {
        guard name == nil,
            let twin = watches.first(where: { $0.value["fetch"]?["url"]?.text?.utf8.elementsEqual(url.utf8) == true })
        else { return }
        throw Failure(
            .usage,
            "\(place.config) has a watch of this URL already, \"\(twin.name)\" on line \(twin.line); --name adds another one"
        )
    }

    private func checkArguments() throws {
        do {
            let checked = try WebAddress.check(url)
            guard checked.placeholders.isEmpty else {
                throw Failure(
                    .usage, "the URL has a placeholder in it; give one page's own URL, and edit the file then")
            }
        } catch let wrong as WebAddress.Wrong {
            throw Failure(.usage, wrong.reason)
        }
        guard let interval = DurationText.parse(every) else {
            throw Failure(.usage, "--every: \"\(every)\" is not a duration; write 30s, 10m or 1h30m")
        }
        guard interval >= Schedule.everyMin else {
            throw Failure(
                .usage,
                "--every: \(every) is too often; at least \(DurationText.write(Schedule.everyMin)) lies between looks")
        }
    }

    private func chosenName(_ taken: [String]) throws -> String {
        guard let name else { return WatchName.suggested(for: url, taken: taken + (try formerNames())) }
        if let wrong = ValueType.NameRule.identity("watch").wrong(with: name) { throw Failure(.usage, wrong) }
        guard !taken.contains(where: { $0.utf8.elementsEqual(name.utf8) }) else {
            throw Failure(.usage, "\(place.config) has a watch \"\(name)\" already; choose another name")
        }
        guard !(try formerNames()).contains(name) else {
            throw Failure(.usage, "\"\(name)\" is what another watch was called; choose another name")
        }
        return name
    }

    /// Names that belong to watches which are called otherwise by now.
    private func formerNames() throws -> [String] {
        do {
            let log = try Place.openLog(try Place.dataDirectory(place), create: false)
            defer { log.close() }
            return try WatchRecord(log).formerNames
        } catch LogError.noData {
            return []
        } catch is ConfigurationError {
            return []
        }
    }

    /// The page as it is now.
    private func page(_ console: Console) async throws -> SeenPage {
        let client = HTTPClient(configuration: .init(userAgent: DaybookCommand.userAgent))
        defer { client.shutdown() }
        do throws(TransportError) {
            let response = try await client.send(HTTPRequest(url: url))
            guard response.status == 200 else {
                throw TransportError(.status(response.status, retryAfter: nil), url: url)
            }
            if let doubt = blockSuspicion(response.body, mediaType: response.mediaType) {
                console.error("daybook: \(displayable(doubt)); a look would fail so long as that is what comes")
            }
            return SeenPage(url: url, mediaType: response.mediaType, body: response.body)
        } catch {
            guard force else {
                throw Failure(.world, "\(error); nothing was written (--force writes it all the same)")
            }
            console.error("daybook: \(error); written as a page all the same")
            return SeenPage(url: url, mediaType: nil, body: [])
        }
    }

    /// With `every` behind the keys that say what it is.
    private func scheduled(_ keys: [SuggestedYAML.Entry]) -> SuggestedYAML {
        let index = keys.firstIndex { $0.key != "kind" && $0.key != "preset" } ?? keys.count
        var keys = keys
        keys.insert(SuggestedYAML.Entry(key: "every", value: .text(every)), at: index)
        return .table(keys)
    }

    /// The file that `init` makes, with this watch in the place of its example.
    private func makeFile(_ name: String, _ watch: SuggestedYAML) throws {
        let text = ConfigurationTemplate.text(
            watches: watch.block(under: name, indent: 2, step: 2), data: place.data)
        let folder = URL(fileURLWithPath: place.config).deletingLastPathComponent().path
        _ = try Configuration.parse(text, file: place.config, folder: folder, secrets: .process(folder: folder))
        try ConfigurationTemplate.write(text, to: place.config)
        try Place.openLog(try Place.dataDirectory(place), create: true).close()
    }
}
