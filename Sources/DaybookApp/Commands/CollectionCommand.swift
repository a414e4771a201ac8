// `daybook sessions …` and `daybook items …`: keyed collections, one set of commands under several nouns.

import ArgumentParser
import Projections

/// A kind of collection as the command line names it.
protocol CollectionNoun: Sendable {
    /// The subcommand and the projection: `sessions`.
    static var name: String { get }
    /// One of them: `session`.
    static var singular: String { get }
    /// Several of them: `sessions`.
    static var plural: String { get }
    /// A key for examples.
    static var exampleKey: String { get }
    /// A condition for `--where`, and columns, for examples.
    static var exampleCondition: String { get }
    static var exampleColumns: String { get }
    /// A watch for examples.
    static var exampleWatch: String { get }
    /// What names one of them, for the help.
    static var keyHelp: String { get }
    /// Whether a watch has several, which its list tells apart by their keys.
    static var hasKeys: Bool { get }
    /// An item by its watch and key, as it is shown and asked for.
    static func title(watch: String, key: String) -> String
    /// What `title` gave, or a key alone, as `ItemQuery` takes it.
    static func queryKey(_ text: String) -> String
    /// The columns of its table after the watch and the key, and what an item has in them.
    static var columns: [String] { get }
    static func cells(of row: ItemRow) throws -> [Cell]
    /// Whether an item is there, or to be had, in a word.
    static func state(of row: ItemRow) -> Cell
    static var historyCommand: any ParsableCommand.Type { get }
}

extension CollectionNoun {
    static var plural: String { name }
    static var keyHelp: String { "The key, or WATCH/KEY." }
    static var hasKeys: Bool { true }
    static func title(watch: String, key: String) -> String { "\(watch)/\(key)" }
    static func queryKey(_ text: String) -> String { text }
    static var columns: [String] { ["version", "changed", singular] }
    static func cells(of row: ItemRow) throws -> [Cell] {
        [Cell(row.version), Cell(EventText.clock(row.lastChanged), .faint), Cell(try FieldText.summary(row.fields))]
    }
    static func state(of row: ItemRow) -> Cell { Cell(row.state.rawValue, row.state == .present ? .good : .bad) }
    static var historyCommand: any ParsableCommand.Type { CollectionHistoryCommand<Self>.self }
}

enum SessionsNoun: CollectionNoun {
    static let name = "sessions"
    static let singular = "session"
    static let exampleKey = "SVS401"
    static let exampleCondition = "room~venetian"
    static let exampleColumns = "key,title,room"
    static let exampleWatch = "reinvent"
}

enum ItemsNoun: CollectionNoun {
    static let name = "items"
    static let singular = "item"
    static let exampleKey = "A-17"
    static let exampleCondition = "name~lamp"
    static let exampleColumns = "key,name,price.amount"
    static let exampleWatch = "shop"
}

/// A watch of the kind `page` has one item, so its name says enough.
enum PagesNoun: CollectionNoun {
    static let name = "pages"
    static let singular = "page"
    static let exampleKey = "news"
    static let exampleCondition = "title~news"
    static let exampleColumns = "watch,title,lastChanged"
    static let exampleWatch = "news"
    static let keyHelp = "The watch."
    static let hasKeys = false
    static func title(watch: String, key: String) -> String { watch }
    static func queryKey(_ text: String) -> String { text.contains("/") ? text : text + "/page" }
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
                  daybook \(Noun.name) diff --from "1d ago"
                """,
            subcommands: [
                CollectionListCommand<Noun>.self, CollectionShowCommand<Noun>.self, Noun.historyCommand,
                CollectionDiffCommand<Noun>.self,
            ])
    }
}

/// Which item: its key, and its watch where the key is in several.
struct KeyOptions<Noun: CollectionNoun>: ParsableArguments {
    @Argument(help: ArgumentHelp(Noun.keyHelp))
    var key: String

    @Option(help: ArgumentHelp("The watch, where several have this key.", valueName: "name"))
    var watch: String?
}

extension KeyOptions {
    init(key: String, watch: String?) {
        self.key = key
        self.watch = watch
    }

    /// For `ItemQuery`.
    var query: String { Noun.queryKey(key) }

    /// Why there is no answer: the watch is none, or has no such key.
    func notFound(_ asOf: AsOfOptions, in opened: Place, _ options: PlaceOptions) throws -> Failure {
        try opened.refuseUnknown(watch, options)
        let place = watch.map { " in the watch \"\($0)\"" } ?? ""
        return Failure(
            .no,
            "no \(Noun.singular) \"\(key)\" is known\(place)\(asOf.suffix); daybook \(Noun.name) list shows what is known"
        )
    }
}
