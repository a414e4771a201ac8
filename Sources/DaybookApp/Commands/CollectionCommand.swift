// `daybook sessions …` and `daybook items …`: keyed collections, one set of commands under several nouns.

import ArgumentParser

/// A kind of collection as the command line names it.
protocol CollectionNoun: Sendable {
    /// The subcommand and the projection: `sessions`.
    static var name: String { get }
    /// One of them: `session`.
    static var singular: String { get }
    /// A subject for examples.
    static var exampleKey: String { get }
}

enum SessionsNoun: CollectionNoun {
    static let name = "sessions"
    static let singular = "session"
    static let exampleKey = "SVS401"
}

enum ItemsNoun: CollectionNoun {
    static let name = "items"
    static let singular = "item"
    static let exampleKey = "A-17"
}

struct CollectionCommand<Noun: CollectionNoun>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Noun.name,
            abstract: "Ask about \(Noun.name), now or as of any moment.",
            discussion: """
                Examples:
                  daybook \(Noun.name) list
                  daybook \(Noun.name) show \(Noun.exampleKey) --as-of "2h ago"
                  daybook \(Noun.name) history \(Noun.exampleKey)
                  daybook \(Noun.name) diff \(Noun.exampleKey)
                """,
            subcommands: [
                CollectionListCommand<Noun>.self, CollectionShowCommand<Noun>.self, CollectionHistoryCommand<Noun>.self,
                CollectionDiffCommand<Noun>.self,
            ])
    }
}

/// Which item: its key, and its watch where the key is in several.
struct KeyOptions: ParsableArguments {
    @Argument(help: "The key, or WATCH/KEY.")
    var key: String

    @Option(help: ArgumentHelp("The watch, where several have this key.", valueName: "name"))
    var watch: String?
}

extension KeyOptions {
    func notFound<Noun: CollectionNoun>(_ noun: Noun.Type, _ asOf: AsOfOptions) -> Failure {
        let place = watch.map { " in the watch \"\($0)\"" } ?? ""
        return Failure(
            .no,
            "no \(Noun.singular) \"\(key)\" is known\(place)\(asOf.suffix); daybook \(Noun.name) list shows the keys")
    }
}
