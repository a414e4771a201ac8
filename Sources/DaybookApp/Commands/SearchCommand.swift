// `daybook search`: the items that have these words.

import ArgumentParser
import Projections

struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find what has these words, in all collections, as it is now.",
        discussion: """
            All the words must occur, in the key or in any field that is text. word* finds words that begin so, "some words" \
            in quotation marks a phrase (in a shell: '"some words"'). Case and accents do not matter. The best come first: \
            words in the key count most, then those in the title.

            It knows the newest state of each item only; of an absent one as it was last seen. The first search reads the \
            whole log, later ones what is new. Exit code 1 when nothing is found.

            Examples:
              daybook search event sourcing
              daybook search '"room change"' 'keyn*' --kind sessions
              daybook search lambda --watch reinvent --state present --json
            """)

    @Argument(help: "The words.")
    var words: [String]

    @Option(help: ArgumentHelp("Only in this collection: \(SearchCommand.kinds).", valueName: "kind"))
    var kind: String?

    @Option(help: ArgumentHelp("Only in this watch.", valueName: "name"))
    var watch: String?

    @Option(help: "Only what is present, or absent.")
    var state: ItemState?

    @Option(help: ArgumentHelp("At most so many, the best.", valueName: "count"))
    var limit = 20

    @OptionGroup var format: FormatOptions
    @OptionGroup var place: PlaceOptions

    private static var kinds: String { KeyedCollection.kinds.map(\.name).joined(separator: ", ") }

    func validate() throws {
        guard !words.isEmpty else { throw ValidationError("Give words to search for.") }
        guard limit > 0 else { throw ValidationError("--limit takes a number from 1 on.") }
        if let kind, !KeyedCollection.kinds.contains(where: { $0.name == kind }) {
            throw ValidationError("--kind: there is no collection \"\(kind)\"; there are \(SearchCommand.kinds).")
        }
    }

    func run() async throws {
        let console = Console.current
        let asked = words.joined(separator: " ")
        guard let words = SearchWords(asked) else {
            throw Failure(
                .usage, "no letter or digit stands in \"\(asked)\"; search for words, such as daybook search logs")
        }
        let opened = try await Place.forAsking(place, with: [Search()])
        if let failure = try opened.engine.status().first(where: { $0.name == "search" })?.failure {
            console.error("daybook: the search index \(failure); what came later is not found")
        }
        let (rows, total) = try opened.engine.read("search") {
            try SearchQuery($0).find(words, kind: kind, watch: watch, state: state, limit: limit)
        }
        guard !rows.isEmpty else {
            try opened.refuseUnknown(watch, place)
            throw Failure(.no, "nothing has \(words.count == 1 ? "this word" : "all these words")\(scope)")
        }
        for row in rows {
            if format.json {
                console.bytes(row.line + [0x0A])
            } else {
                SearchText.show(row, on: console)
            }
        }
        if !format.json { console.line(SearchText.summary(rows.count, of: total)) }
    }

    private var scope: String {
        let parts = [
            kind.map { "among \($0)" }, watch.map { "in the watch \"\($0)\"" }, state.map { "that is \($0.rawValue)" },
        ]
        return parts.compactMap { $0 }.map { " " + $0 }.joined()
    }
}
