// The keys of a watch.

extension TableDefinition {
    static let watch = TableDefinition(
        title: "A watch",
        about: "",
        keys: [
            KeyDefinition(
                name: "kind", type: .choice(ValueType.Choice.kinds), need: .required,
                about: "What is watched, and so what its events and changes are called."),
            KeyDefinition(
                name: "preset", type: .scalar(.text),
                about:
                    "Named defaults for the other keys: a preset that comes with Daybook (`daybook presets list`), or the path "
                    + "of a file of your own. What the watch itself says wins; fields are taken together by name, and what is "
                    + "set to `null` is dropped.", example: "frab-xml"),
            KeyDefinition(
                name: "every", type: .scalar(.duration),
                about: "How often to look, 1s at least. With neither `every` nor `cron`, only `daybook check` looks.",
                example: "10m"
            ),
            KeyDefinition(
                name: "cron", type: .scalar(.cron),
                about: "When to look: minute, hour, day of month, month, weekday.", example: "\"*/10 8-20 * * 1-5\""),
            KeyDefinition(
                name: "timezone", type: .scalar(.timezone), standard: "UTC",
                about: "The time zone that `cron` is meant in.", example: "Europe/Berlin"),
            KeyDefinition(
                name: "topics", type: .table(.topics),
                about:
                    "Where the catalogue is divided: the page that lists its topics. Each of them is fetched by itself."
            ),
            KeyDefinition(
                name: "fetch", type: .table(.fetch), need: .required,
                about: "Where the items stand, and how to ask for them."),
            KeyDefinition(
                name: "items", type: .scalar(.selector), need: .required,
                about: "Selects each item on a page.", example: "\".sessionRow\""),
            KeyDefinition(
                name: "key", type: .shorthand(key: "select", .watchKey), need: .required,
                about:
                    "Selects what an item is known by, within the item; of several selectors the first that finds something "
                    + "counts. A changed `key` makes every item another one, and "
                    + "is refused without `rekey: true`.", example: "\"@id\""),
            KeyDefinition(
                name: "fields", type: .named(.field, .shorthand(key: "select", .field)), need: .required,
                about:
                    "What is read of each item: a name of your own and a selector within the item, or a table with more "
                    + "options. What a selector does not find is left out."),
            KeyDefinition(
                name: "availability", type: .table(.availability),
                about:
                    "For the kind `stock`, which needs it: what shows that an item is in stock, and what that it is not."
            ),
            KeyDefinition(
                name: "unknown-after", type: .scalar(.count(1...1000)), standard: "3",
                about:
                    "For the kind `stock`: in how many runs in a row the availability of an item must be unknown before anybody is told."
            ),
            KeyDefinition(
                name: "next", type: .scalar(.selector),
                about: "Selects the link to the next page; there is none on the last.", example: "\"a[rel=next]@href\""),
            KeyDefinition(
                name: "expect", type: .table(.expect),
                about: "What a sound run looks like, so that an unsound one is noticed."),
            KeyDefinition(
                name: "evidence", type: .choice(ValueType.Choice.evidence),
                about: "Which of this watch's pages are kept, where that differs from the file's own `evidence`."),
            KeyDefinition(
                name: "was", type: .scalar(.text),
                about:
                    "The name that this watch had before, so that its history goes on: without it a watch under another name "
                    + "is another watch. It may stay or go once the change is on record. `daybook watch rename` writes it.",
                example: "reinvent-2018"),
            KeyDefinition(
                name: "rekey", type: .scalar(.flag), standard: "false",
                about: "Says that a changed `key` is meant."),
            .later("from", "the kinds submissions, directory and crawl"),
            .later("extensions", "the kind directory"),
            .later("top", "the kind crawl"),
            .later("workers", "the kind crawl"),
            .later("hosts", "the kind crawl"),
            .later("folder", "the kind crawl"),
        ],
        rules: [.atMostOne(["every", "cron"]), .needs("timezone", beside: "cron")],
        deciding: "kind")

    static let topics = TableDefinition(
        title: "topics",
        about: "Each identifier takes the place of `{topic}` in `fetch.url`. A list with no topic in it fails the run.",
        keys: [
            KeyDefinition(
                name: "url", type: .scalar(.url(placeholders: [])), need: .required,
                about: "The page that lists the topics.",
                example: "\"https://catalog.example/\""),
            KeyDefinition(
                name: "items", type: .scalar(.selector), need: .required, about: "Selects each topic on it.",
                example: "\"select#topic option\""),
            KeyDefinition(
                name: "id", type: .scalar(.selector), need: .required,
                about: "Selects the topic's identifier, within the topic.",
                example: "\"@value\""),
        ])

    static let fetch = TableDefinition(
        title: "fetch",
        about: "",
        keys: [
            KeyDefinition(
                name: "url", type: .scalar(.url(placeholders: ["topic", "page"])), need: .required,
                about: "The page with the items. `{topic}` is replaced by each topic, `{page}` by 1, 2, 3, …; both are "
                    + "percent-encoded.", example: "\"https://catalog.example/sessions?topic={topic}&page={page}\""),
            KeyDefinition(
                name: "engine", type: .choice(ValueType.Choice.engines), standard: "http",
                about: "What asks for the page."),
            KeyDefinition(
                name: "until",
                type: .choice([ValueType.Choice(name: "empty", about: "the first page without an item is the last")]),
                about: "Where pages end; for URLs with `{page}`. Left out, that is `empty`.", example: "empty"),
            KeyDefinition(
                name: "pages-max", type: .scalar(.count(1...100_000)), standard: "1000",
                about: "The largest number of pages of one topic; a run that would need more fails."),
            KeyDefinition(
                name: "rate", type: .scalar(.rate),
                about: "How often the host is asked at most, shared by all watches of that host.", example: "1/2s"),
            KeyDefinition(
                name: "concurrency", type: .scalar(.count(1...64)), standard: "4",
                about: "How many of the watch's pages are asked for at once."),
            KeyDefinition(
                name: "retries", type: .scalar(.count(0...20)), standard: "3",
                about: "How often a request that failed is tried again before the run fails."),
            KeyDefinition(
                name: "timeout", type: .scalar(.duration), standard: "30s",
                about:
                    "How long one request may take. An answer of which nothing comes for 20s is given up before that, unless this is "
                    + "more than 30s: then it is waited for."),
            KeyDefinition(
                name: "max-size", type: .scalar(.size), standard: "32MB",
                about: "The largest page, also after it has been inflated."),
            KeyDefinition(
                name: "headers", type: .named(.header, .scalar(.headerValue)),
                about: "Headers to send. References may stand in their values.",
                example: "{ Authorization: \"Bearer ${env:CATALOG_TOKEN}\" }"),
            KeyDefinition(
                name: "user-agent", type: .scalar(.text),
                about: "What Daybook calls itself, instead of its own name and version.",
                example: "\"conference-notes (me@example.org)\""),
            .later("click", "the browser"),
        ])

    static let field = TableDefinition(
        title: "fields",
        about: "`title: \".title\"` is short for `title: { select: \".title\" }`, and a list of selectors likewise.",
        keys: [
            KeyDefinition(
                name: "select", type: .oneOrMany(.scalar(.selector)),
                about:
                    "Selects the field within the item; of several selectors the first that finds something counts. Left out, "
                    + "it is the item itself.", example: "\".title\""),
            KeyDefinition(
                name: "all", type: .scalar(.flag), standard: "false",
                about: "Takes all that the selector finds, as a list, rather than the first."),
            KeyDefinition(
                name: "remove", type: .scalar(.selector), about: "Selects what is dropped before the text is taken.",
                example: "\"a\""),
            KeyDefinition(
                name: "match", type: .scalar(.expression),
                about:
                    "A regular expression (PCRE2) over the text; its first group is the value, or all that matched where it "
                    + "has no group. Where it does not match, the field is left out.", example: "\"^(\\\\S+)\""),
            KeyDefinition(
                name: "as", type: .choice(ValueType.Choice.forms), standard: "text", about: "What is made of it."),
            KeyDefinition(
                name: "timezone", type: .scalar(.timezone),
                about: "For `as: time`: the zone of a time that does not name its own.", example: "America/Los_Angeles"),
            KeyDefinition(
                name: "format", type: .scalar(.timeFormat),
                about: "For `as: time`: how the page writes it, as `strptime` has it.",
                example: "\"%A, %b %d, %I:%M %p\""),
        ])

    static let expect = TableDefinition(
        title: "expect",
        about:
            "Where a watch has several pages and something is missed on all of them, they are asked for once more (conditionally), until "
            + "two readings in a row find the same: a site may change while it is being read, and what goes from a page that is still "
            + "to be read to one that has been is then seen on neither. Where that does not come about, the run is suspect.",
        keys: [
            KeyDefinition(
                name: "items", type: .scalar(.bounds), standard: "1..",
                about: "How many items a run must find. A run outside is suspect, and confirms no absence.",
                example: "500.."),
            KeyDefinition(
                name: "drop", type: .scalar(.share), standard: "20%",
                about:
                    "The largest share of the items present so far that a run may miss; 5 or fewer are always allowed. A run "
                    + "that misses more is suspect, and concludes no absence by itself."),
            KeyDefinition(
                name: "confirm", type: .scalar(.count(1...1000)), standard: "3",
                about:
                    "An item missed by so many runs in a row, complete or suspect by `drop` (or a moving site) alone, is absent all the same."
            ),
            KeyDefinition(
                name: "confirm-over", type: .scalar(.duration), standard: "1h",
                about: "… if those runs lie at least so far apart, counted from the first that missed it."),
        ])
}

extension ValueType.Choice {
    static let kinds = [
        ValueType.Choice(name: "sessions", about: "a conference's sessions"),
        ValueType.Choice(name: "items", about: "any other list"),
        ValueType.Choice(name: "stock", about: "a shop's items, whether they are to be had, and at what price"),
        ValueType.Choice(name: "page", about: "one page's text"),
        ValueType.Choice(name: "submissions", about: "a magazine's mailbox", later: "submissions"),
        ValueType.Choice(name: "directory", about: "a phone system's users", later: "directory"),
        ValueType.Choice(name: "crawl", about: "a subreddit's pictures", later: "crawl"),
    ]

    static let engines = [
        ValueType.Choice(name: "http", about: "an HTTP request"),
        ValueType.Choice(name: "browser", about: "a browser without a window", later: "browser"),
    ]

    static let forms = [
        ValueType.Choice(name: "text", about: "the text, white space folded"),
        ValueType.Choice(name: "lines", about: "a list, split at line breaks and the ends of blocks"),
        ValueType.Choice(name: "html", about: "the markup"),
        ValueType.Choice(name: "number", about: "a number"),
        ValueType.Choice(name: "money", about: "an amount and its currency"),
        ValueType.Choice(name: "url", about: "a link, made absolute"),
        ValueType.Choice(name: "time", about: "a time, as RFC 3339 writes it"),
    ]
}
