// The keys of a watch of one page's text, and which kind of watch has which keys.

extension TableDefinition {
    /// A watch of the kind `page`. What all kinds share is defined once, with the other kinds' keys.
    static let pageWatch = TableDefinition(
        title: "A watch of a page",
        about:
            "The text of one page, in lines; a change says which lines went and came. HTML is read as a reader sees it, a line for "
            + "each block or row of a table; JSON and XML are laid out with one member or element a line; other text is "
            + "taken as it is.",
        keys: common(["kind", "every", "cron", "timezone"]) + [
            KeyDefinition(
                name: "fetch", type: .table(.pageFetch), need: .required,
                about: "Where the page is, and how to ask for it."),
            KeyDefinition(
                name: "select", type: .scalar(.selector),
                about:
                    "Selects the part that is watched; all that it finds, in the page's order. Left out, it is the whole page. "
                    + "When it finds nothing the run fails, and what is known stays as it was.", example: "\"main\""),
            KeyDefinition(
                name: "remove", type: .oneOrMany(.scalar(.selector)),
                about: "Selects what is dropped before the text is taken (CSS): a selector, or a list of them.",
                example: "[\".advert\", \"nav\"]"),
            KeyDefinition(
                name: "ignore", type: .oneOrMany(.scalar(.expression)),
                about:
                    "Regular expressions (PCRE2); a line in which one of them matches is left out, as if it were not there: for "
                    + "clocks and counters.", example: "[\"^Page created in\", '\\d+ visitors online']"),
            KeyDefinition(
                name: "as", type: .choice(ValueType.Choice.pageForms), standard: "text", about: "What is made of it."),
        ] + common(["evidence", "was", "preset"]),
        rules: [.atMostOne(["every", "cron"]), .needs("timezone", beside: "cron")],
        deciding: "kind")

    private static let pageFetch = TableDefinition(
        title: "fetch",
        about: "",
        keys: [
            KeyDefinition(
                name: "url", type: .scalar(.url(placeholders: [])), need: .required, about: "The page.",
                example: "\"https://example.org/news\"")
        ]
            + fetch.keys.filter { !["url", "until", "pages-max", "concurrency"].contains($0.name) })

    /// Keys of other kinds' watches that this one has as well.
    private static func common(_ names: [String]) -> [KeyDefinition] { names.compactMap(watch.key) }
}

extension KindTables {
    /// A watch, by its kind. A kind that is not among them has the keys of the first.
    static let watch = KindTables(
        deciding: "kind",
        tables: [
            (kinds: ["sessions", "items", "stock"], table: .watch),
            (kinds: ["page"], table: .pageWatch),
        ])
}

extension ValueType.Choice {
    static let pageForms = [
        ValueType.Choice(name: "text", about: "the text that a reader sees"),
        ValueType.Choice(name: "html", about: "the markup, an element a line"),
    ]
}
