// What an item is known by, and what makes it in stock.

extension TableDefinition {
    /// `key` as a table; a selector, or a list of them, is short for its `select`.
    static let watchKey = TableDefinition(
        title: "key",
        about: "`key: \"@id\"` is short for `key: { select: \"@id\" }`, and a list of selectors likewise.",
        keys: [
            KeyDefinition(
                name: "select", type: .oneOrMany(.scalar(.selector)), need: .required,
                about:
                    "Selects what an item is known by, within the item; of several selectors the first that finds something counts.",
                example: "\"a@href\""),
            KeyDefinition(
                name: "match", type: .scalar(.expression),
                about:
                    "A regular expression (PCRE2) over what is found; its first group is the key, or all that matched where it has no "
                    + "group. Where it does not match, the next selector is tried.", example: "\"/p/([0-9A-Z]+)\""),
        ], isShortForOneKey: true)

    static let availability = TableDefinition(
        title: "availability",
        about:
            "An item of which exactly one rule is true is `in-stock` or `out-of-stock`. Where both are, or neither, it is `unknown`: that "
            + "is never taken for gone. `in-stock: \".buy\"` is short for `in-stock: { select: \".buy\" }`.",
        keys: [
            KeyDefinition(
                name: "in-stock", type: .shorthand(key: "select", .availabilityRule),
                about: "What an item shows that is to be had.",
                example: "{ select: \"button.buy\", matches: \"(?i)add to cart\" }"),
            KeyDefinition(
                name: "out-of-stock", type: .shorthand(key: "select", .availabilityRule),
                about: "What an item shows that is not.", example: "\".sold-out\""),
        ])

    static let availabilityRule = TableDefinition(
        title: "in-stock, out-of-stock",
        about: "A rule is true where its selector finds something and, with `matches`, some text of that matches.",
        keys: [
            KeyDefinition(
                name: "select", type: .oneOrMany(.scalar(.selector)),
                about:
                    "Selects within the item; with several selectors it is enough that one finds it. In JSON, `null` and `false` are "
                    + "nothing. Left out, it is the item itself.", example: "\"jq:.available\""),
            KeyDefinition(
                name: "matches", type: .scalar(.expression),
                about: "A regular expression (PCRE2) over the text of what is found.", example: "\"(?i)sold out\""),
        ])
}
