// The keys of reactors, and those of programs, which channels have too.

import Projections

extension TableDefinition {
    static let reactor = TableDefinition(
        title: "A reactor",
        about: "",
        keys: [
            KeyDefinition(
                name: "on", type: .oneOrMany(.pattern(ValueType.Choice.changes)), need: .required,
                about: "The changes that concern it; `*` stands for any text, as in `session.*`.",
                example: "[session.added, session.updated]"),
            KeyDefinition(
                name: "where", type: .scalar(.filter),
                about: "A jq filter over the change: only those for which it is true.",
                example: "'.watch == \"reinvent\"'"),
            KeyDefinition(
                name: "to", type: .oneOrMany(.scalar(.text)), about: "The channels to tell.",
                example: "[team]"),
            KeyDefinition(
                name: "subject", type: .scalar(.template),
                about: "A subject line, for channels that have one (Mustache).",
                example: "\"{{title}}\""),
            KeyDefinition(
                name: "message", type: .scalar(.template),
                about:
                    "What to say (Mustache over the change and its fields, and `{{diff}}`). Left out, it names what changed, and shows "
                    + "of texts which lines did.",
                example: "\"{{title}}: {{#changes}}{{field}} {{old}} -> {{new}} {{/changes}}\""),
            KeyDefinition(
                name: "include", type: .oneOrMany(.choice(ValueType.Choice.origins)), standard: "[live]",
                about: "Which origins of changes concern it, beside `live` ones.", example: "[first-look]"),
            KeyDefinition(
                name: "from", type: .scalar(.point), standard: "end",
                about:
                    "Where a new reactor begins: `beginning`, `end`, a sequence, or a time (RFC 3339). It counts once, "
                    + "when the reactor is new.", example: "0"),
            KeyDefinition(
                name: "shadow", type: .scalar(.flag), standard: "false",
                about: "Does everything but tell, and keeps on record what it would have told."),
            KeyDefinition(
                name: "attempts", type: .scalar(.count(1...100)), standard: "8",
                about:
                    "How often it is tried; then the notification is parked, and `daybook deliveries retry` sends it again."
            ),
            KeyDefinition(
                name: "backoff", type: .scalar(.duration), standard: "1s",
                about:
                    "How long to wait at most before the second try; it doubles with each, up to 10m. The wait itself is drawn between nothing and that."
            ),
            .later("letters-for", "the kind submissions"),
            KeyDefinition(
                name: "digest", type: .scalar(.duration),
                about:
                    "Gathers changes for so long, from the first one on, and tells them in one message ([Damping](#damping)).",
                example: "15m"),
            KeyDefinition(
                name: "quiet", type: .scalar(.hours),
                about:
                    "Tells nothing at these hours; what came meanwhile is told in one message when they end ([Damping](#damping)).",
                example: "22:00-07:00"),
            KeyDefinition(
                name: "timezone", type: .scalar(.timezone), standard: "UTC",
                about: "The time zone in which `quiet` is read.", example: "Europe/Berlin"),
            KeyDefinition(
                name: "damp", type: .scalar(.flapping),
                about:
                    "After so many changes of one subject within that time, further ones are held, and told in one message when "
                    + "there has been none for that time ([Damping](#damping)).", example: "3 in 1h"),
            KeyDefinition(
                name: "digest-subject", type: .scalar(.template),
                about: "The subject line of a message that gathers several changes (Mustache).",
                example: "\"{{count}} changes\""),
            KeyDefinition(
                name: "digest-message", type: .scalar(.template),
                about:
                    "What a message says that gathers several changes (Mustache over `count`, `more`, `reason`, `since`, `time`, and "
                    + "inside `{{#changes}}` each change, with `{{text}}` as `message` has it). Left out, it is a line for each.",
                example: "\"{{count}} changes:{{#changes}} {{text}};{{/changes}}\""),
        ] + program("Instead of `to`: hands each change to this program, which reacts itself"),
        rules: [.exactlyOne(["to", "exec"]), .atMostOne(["digest", "damp"]), .needs("timezone", beside: "quiet")]
            + besideProgram)

    /// The keys of a program, in a channel or a reactor.
    ///
    /// - Parameter timeout: what is said of that key where it is not only a program's; then it has no default of its own.
    static func program(_ about: String, timeout: String? = nil) -> [KeyDefinition] {
        [
            KeyDefinition(
                name: "exec", type: .oneOrMany(.scalar(.argument)),
                about: about
                    + ", one line each, and takes a line for an answer ([Writing a reactor](writing-a-reactor.md)). A text "
                    + "is the program alone, a list the program and its arguments; there is no shell. A path is relative to "
                    + "`daybook.yaml`, a bare name is looked up on the `PATH`.",
                example: "[\"./pager.py\", \"--room\", \"12\"]"),
            KeyDefinition(
                name: "timeout", type: .scalar(.duration), standard: timeout == nil ? "30s" : nil,
                about: timeout
                    ?? "How long the program may take for each answer; then it is ended, and the change is tried again."
            ),
            KeyDefinition(
                name: "memory", type: .scalar(.size), standard: "512MB",
                about: "How much memory of its own each process of the program may have."),
            KeyDefinition(
                name: "environment", type: .named(.variable, .scalar(.variableValue)),
                about:
                    "Environment variables of the program, beside `PATH`, `LANG`, `TZ`, `HOME` and Daybook's own. References "
                    + "may stand in the values.", example: "{ TOKEN: \"${env:PAGER_TOKEN}\" }"),
        ]
    }

    private static let besideProgram: [Rule] = ["timeout", "memory", "environment"].map { .needs($0, beside: "exec") }
}

extension ValueType.Choice {
    static let fileFormats = [
        ValueType.Choice(name: "text", about: "the message"),
        ValueType.Choice(name: "json", about: "the change as a CloudEvent"),
    ]

    static let origins = [
        ValueType.Choice(name: "live", about: "seen by a run; always told"),
        ValueType.Choice(name: "first-look", about: "seen by a watch's first complete run"),
        ValueType.Choice(name: "import", about: "from an imported history"),
        ValueType.Choice(name: "reading", about: "the same page read with new selectors"),
    ]

    /// Every kind of change, those of this version first.
    static let changes =
        collectionChanges("session") + collectionChanges("item") + collectionChanges("page") + stockChanges
        + runChanges + alarmChanges + laterChanges

    /// Those of the projections that a package of one's own adds.
    static var ownChanges: [ValueType.Choice] {
        DaybookApplication.current.projections.flatMap(\.changeKinds).map { ValueType.Choice(name: $0, about: "") }
    }

    private static func collectionChanges(_ family: String) -> [ValueType.Choice] {
        [
            ValueType.Choice(name: "\(family).added", about: "seen for the first time"),
            ValueType.Choice(name: "\(family).updated", about: "a field differs"),
            ValueType.Choice(name: "\(family).withdrawn", about: "no longer there"),
            ValueType.Choice(name: "\(family).returned", about: "there again"),
        ]
    }

    private static let stockChanges = [
        ValueType.Choice(name: "stock.initialized", about: "the first sound run of a watch; it names no items"),
        ValueType.Choice(name: "stock.in-stock", about: "items came in stock; one change a run, naming them"),
        ValueType.Choice(name: "stock.gone", about: "items went out of stock, or are no longer listed"),
        ValueType.Choice(name: "stock.price", about: "prices differ"),
        ValueType.Choice(
            name: "stock.unknown", about: "for `unknown-after` runs nobody could tell whether items are in stock"),
    ]

    private static let runChanges = [
        ValueType.Choice(
            name: "run.failed",
            about:
                "a run could not see everything; at every such look, so `where: '.failuresInARow == 1'` takes the first in a row"
        ),
        ValueType.Choice(name: "run.suspect", about: "what a run saw does not look right"),
        ValueType.Choice(name: "run.recovered", about: "the first sound run after such"),
    ]

    private static let alarmChanges = [
        ValueType.Choice(
            name: "alarm.changed",
            about: "an alarm came to another state; the alarms' own actions are told without this")
    ]

    private static let laterChanges: [ValueType.Choice] = [
        ("user", ["added", "updated", "withdrawn", "returned"], "directory"),
        ("submission", ["received", "decided"], "submissions"), ("extension", ["assigned", "released"], "directory"),
        ("crawl", ["finished", "failed"], "crawl"),
    ].flatMap { (family: String, kinds: [String], part: String) in
        kinds.map { ValueType.Choice(name: "\(family).\($0)", about: "", later: part) }
    }
}
