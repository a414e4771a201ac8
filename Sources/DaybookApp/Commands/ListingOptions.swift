// The options with which a list is cut to what one wants to see, and the forms that it can have.

import ArgumentParser
import Projections

struct ListingOptions: ParsableArguments {
    @Option(help: "Only those that are present, or absent. Tables show the present ones unless told otherwise.")
    var state: ItemState?

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp(
            "Only those for which this holds: FIELD=VALUE, FIELD!=VALUE, FIELD~TEXT (contains), FIELD!~TEXT, or a jq expression over the line of --json. May be given several times.",
            valueName: "condition"))
    var conditions: [String] = []

    @Option(
        help: ArgumentHelp(
            "Sort by this field, downwards with FIELD:desc; by several when given several times.", valueName: "field"))
    var sort: [String] = []

    @Option(help: ArgumentHelp("At most so many.", valueName: "count"))
    var limit: Int?

    @Option(help: ArgumentHelp("Show these fields, separated by commas.", valueName: "fields"))
    var columns: String?

    @Flag(
        help:
            "Print comma-separated values with a heading. Texts that a spreadsheet would take for a formula begin with '."
    )
    var csv = false

    @Flag(help: "Print JSON Lines (docs/commands.md describes the shapes).")
    var json = false

    func validate() throws {
        if let limit, limit < 0 { throw ValidationError("--limit takes a number from 0 on.") }
        if csv && json { throw ValidationError("--csv and --json do not go together.") }
        if columns != nil, fields.isEmpty { throw ValidationError("--columns takes names of fields: title,room") }
        for text in sort where ItemOrder(text) == nil {
            throw ValidationError("--sort takes the name of a field, or FIELD:desc; \"\(text)\" is neither.")
        }
    }

    /// The columns that were asked for.
    var fields: [ItemField] {
        (columns ?? "").split(separator: ",").map { String($0).trimmed }.filter { !$0.isEmpty }.map(ItemField.init)
    }

    func listing() throws -> ItemListing {
        ItemListing(
            state: state ?? (json || csv ? nil : .present), conditions: try conditions.map(ItemCondition.init),
            orders: sort.compactMap(ItemOrder.init), limit: limit)
    }
}

extension String {
    fileprivate var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}

extension ItemState: ExpressibleByArgument {}
