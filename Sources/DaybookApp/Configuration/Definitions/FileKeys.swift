// The keys of daybook.yaml at top level.

extension TableDefinition {
    /// The whole file.
    static let file = TableDefinition(
        title: "The file",
        about: "",
        keys: [
            KeyDefinition(
                name: "data", type: .scalar(.path), standard: "./data",
                about:
                    "The folder that holds everything Daybook remembers. Relative paths begin where `daybook.yaml` is."),
            KeyDefinition(
                name: "listen", type: .scalar(.address),
                about:
                    "Where `daybook run` answers over HTTP how it is: `/healthz`, `/readyz`, `/metrics` "
                    + "([Operations](operations.md)). Left out, it listens nowhere.", example: "127.0.0.1:7373"),
            KeyDefinition(
                name: "token", type: .scalar(.secret(.token)),
                about:
                    "What those who ask over HTTP send as `Authorization: Bearer TOKEN`; `/healthz` alone is given to everybody. "
                    + "Without it nobody gets more than that. `daybook init` makes one.",
                example: "\"${file:data/token}\""),
            KeyDefinition(
                name: "looks-at-once", type: .scalar(.count(1...64)), standard: "4",
                about: "How many watches are looked at at the same time."),
            KeyDefinition(
                name: "evidence", type: .shorthand(key: "keep", .evidence),
                about: "Which page bytes are kept beside the events that were read from them."),
            KeyDefinition(
                name: "watches", type: .named(.identity("watch"), .kinds(.watch)), need: .required,
                about: "What is watched: a name of your own for each watch. `watches: {}` watches nothing. "
                    + "A name is an identity: under another one it is another watch, unless it says `was`."),
            KeyDefinition(
                name: "channels", type: .named(.identity("channel"), .table(.channel)),
                about: "Ways to tell somebody: a name of your own for each."),
            KeyDefinition(
                name: "reactors", type: .named(.identity("reactor"), .table(.reactor)),
                about:
                    "What happens when something changes: a name of your own for each. A name is an identity: a renamed "
                    + "reactor begins anew at the log's end."),
            KeyDefinition(
                name: "alarms", type: .named(.identity("alarm"), .table(.alarm)),
                about:
                    "What must not happen unnoticed: a name of your own for each. A name is an identity: a renamed alarm begins anew."
            ),
            KeyDefinition(
                name: "default-alarm", type: .shorthand(key: "raise", .defaultAlarm),
                about: "The alarm of each watch whose looks fail again and again."),
            .later("checkpoint", "published checkpoints"),
        ],
        rules: [.needs("token", beside: "listen")])

    static let evidence = TableDefinition(
        title: "evidence",
        about: "`evidence: all` is short for `evidence: { keep: all }`.",
        keys: [
            KeyDefinition(
                name: "keep", type: .choice(ValueType.Choice.evidence), standard: "changed",
                about: "Which pages are kept."),
            KeyDefinition(
                name: "for", type: .scalar(.duration), need: .notYetActedOn,
                about: "How long they are kept. Not acted on in this version: they are kept for ever.", example: "90d"),
            KeyDefinition(
                name: "up-to", type: .scalar(.size), need: .notYetActedOn,
                about: "How much is kept. Not acted on in this version: there is no limit.", example: "5GB"),
        ])
}

extension ValueType.Choice {
    static let evidence = [
        ValueType.Choice(name: "changed", about: "the pages that something new was read from"),
        ValueType.Choice(name: "all", about: "every page of every run whose bytes differ"),
        ValueType.Choice(name: "none", about: "no page"),
    ]
}
