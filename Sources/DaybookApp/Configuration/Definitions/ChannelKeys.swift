// The keys of channels.

import Reactors

extension TableDefinition {
    /// The keys of which a channel has one, which says what it is.
    static let waysToTell = ["terminal", "file", "webhook", "http", "smtp", "ses", "sns", "sqs", "exec"]
    static let waysOverTheNetwork = ["webhook", "http", "smtp", "ses", "sns", "sqs"]

    static let channel = TableDefinition(
        title: "A channel",
        about: "[Channels](channels.md) has a complete example of each.",
        keys: [
            KeyDefinition(
                name: "preset", type: .scalar(.text),
                about:
                    "Named defaults for the other keys: a preset that comes with Daybook (`daybook presets list`), or the path "
                    + "of a file of your own. What the channel itself says wins.", example: "telegram"),
            KeyDefinition(
                name: "terminal", type: .scalar(.mark), about: "Tells on standard output.", example: "true"),
            KeyDefinition(
                name: "file", type: .scalar(.path), about: "Appends a line to this file.", example: "./changes.txt"),
            KeyDefinition(
                name: "format", type: .choice(ValueType.Choice.fileFormats), standard: "text",
                about: "What a line of `file` is."),
            KeyDefinition(
                name: "webhook", type: .scalar(.secretURL),
                about:
                    "Posts the change to this URL as a CloudEvent, signed as Standard Webhooks has it. References may stand "
                    + "in it.", example: "\"https://hooks.example/daybook\""),
            KeyDefinition(
                name: "secret", type: .scalar(.secret(.webhookKey)),
                about:
                    "The key that a `webhook` is signed with, as Standard Webhooks writes it: `whsec_` and base64. Several, "
                    + "with spaces between them, while one takes over from another.",
                example: "\"${env:WEBHOOK_SECRET}\""),
        ] + http + mail + aws + [.later("s3", "exports"), .later("table", "exports")]
            + program(
                "Hands each change to this program as a CloudEvent",
                timeout:
                    "How long a program (by default 30s), a mail server (60s) or any other service (15s) may take for each "
                    + "answer; then the change is tried again."),
        rules: [.exactlyOne(waysToTell), .needs("format", beside: "file"), .needs("secret", beside: "webhook")]
            + ["method", "headers", "body", "with", "shorten", "escape", "answer"].map { .needs($0, beside: "http") }
            + ["user", "password", "tls"].map { .needs($0, beside: "smtp") }
            + ["from", "to"].map { .needsOneOf($0, beside: ["smtp", "ses"]) }
            + [
                .needsOneOf("region", beside: ["ses", "sns", "sqs"]),
                .needsOneOf("timeout", beside: waysOverTheNetwork + ["exec"]), .needs("memory", beside: "exec"),
                .needs("environment", beside: "exec"),
            ])

    private static let http = [
        KeyDefinition(
            name: "http", type: .scalar(.channelURL),
            about:
                "Sends a request of your own making to this URL. References may stand in it, `{NAME}` for a value of `with`, and `{id}` "
                + "for the message's id, which is the same on every try.", example: "\"https://hooks.example/{id}\""),
        KeyDefinition(
            name: "method", type: .choice(["POST", "PUT", "PATCH"].map { ValueType.Choice(name: $0, about: "") }),
            standard: "POST", about: "The request's method."),
        KeyDefinition(
            name: "headers", type: .named(.header, .scalar(.channelValue)),
            about:
                "Headers of the request; references, `{NAME}` and `{id}` may stand in their values. `Content-Type` is `application/json` "
                + "and `Idempotency-Key` the message's id unless they are given.",
            example: "{ Authorization: \"Bearer ${env:TOKEN}\" }"),
        KeyDefinition(
            name: "body", type: .scalar(.template),
            about:
                "The request's body (Mustache): `{{text}}`, `{{headline}}`, `{{id}}`, `{{late}}`, `{{with.NAME}}`, and all that a "
                + "`message` has. Values are quoted as the `Content-Type` needs it, so in JSON put them between double quotes.",
            example: "'{\"text\": \"{{text}}\"}'"),
        KeyDefinition(
            name: "with", type: .named(.placeholder, .scalar(.channelValue)),
            about: "Values for `http`, `headers` and `body`, by names of your own. References may stand in them.",
            example: "{ room: \"12\", token: \"${env:TOKEN}\" }"),
        KeyDefinition(
            name: "shorten", type: .table(.shortening), about: "How long the service lets a message be."),
        KeyDefinition(
            name: "escape",
            type: .choice([
                ValueType.Choice(name: "none", about: "nothing"),
                ValueType.Choice(name: "entities", about: "`&`, `<` and `>`, as entities"),
            ]), standard: "none",
            about: "What of a text is written in another way, beside what the `Content-Type` asks for."),
        KeyDefinition(
            name: "answer", type: .table(.answerReading),
            about: "What the service says in its answers beside the status."),
    ]

    static let shortening = TableDefinition(
        title: "shorten", about: "A longer text is cut between two characters and ends in `…`.",
        keys: [
            KeyDefinition(
                name: "text", type: .scalar(.count(1...1_000_000)), about: "The most that `{{text}}` may be.",
                example: "2000"),
            KeyDefinition(
                name: "headline", type: .scalar(.count(1...1_000_000)), about: "The most that `{{headline}}` may be.",
                example: "250"),
            KeyDefinition(
                name: "in",
                type: .choice([
                    ValueType.Choice(name: "characters", about: "as UTF-16 has them"),
                    ValueType.Choice(name: "bytes", about: "of UTF-8"),
                ]), standard: "characters", about: "What is counted."),
        ])

    static let answerReading = TableDefinition(
        title: "answer",
        about:
            "jq filters over `{\"status\", \"headers\", \"body\"}`: the names of headers are in lower case, the body is JSON where it is some, "
            + "else text.",
        keys: [
            KeyDefinition(
                name: "status", type: .scalar(.filter),
                about: "The status that counts, where the service answers 200 to what it refuses.",
                example: "'if .body.ok then 200 else .body.error_code end'"),
            KeyDefinition(
                name: "reason", type: .scalar(.filter), about: "Why the message was refused, as text.",
                example: "'.body.error | strings'"),
            KeyDefinition(
                name: "wait", type: .scalar(.filter),
                about: "Seconds to wait at least before the next try, beside what `Retry-After` says.",
                example: "'.body.retry_after | numbers'"),
        ])

    private static let mail = [
        KeyDefinition(
            name: "smtp", type: .scalar(.mailURL),
            about:
                "Sends mail through this server: `smtps://` encrypted from the start (port 465), `smtp://` with STARTTLS (port 587, on this "
                + "machine itself 25).", example: "\"smtps://mail.example\""),
        KeyDefinition(
            name: "ses", type: .scalar(.mark),
            about:
                "Sends mail through AWS Simple Email Service. The access key is taken from the environment ([AWS](#aws)).",
            example: "true"),
        KeyDefinition(
            name: "from", type: .scalar(.text), about: "The sender's address.",
            example: "\"Daybook <daybook@mag.example>\""),
        KeyDefinition(
            name: "to", type: .oneOrMany(.scalar(.template)),
            about: "The recipient, or several. Each may be a template, as a `message` is.",
            example: "[ann@mag.example, \"{{fields.owner}}\"]"),
        KeyDefinition(
            name: "user", type: .scalar(.channelValue), about: "The name to log in with.", example: "daybook"),
        KeyDefinition(
            name: "password", type: .scalar(.secret(.password)), about: "The password to log in with.",
            example: "\"${file:mail-password}\""),
        KeyDefinition(
            name: "tls",
            type: .choice([
                ValueType.Choice(name: "required", about: "nothing is said to a server that does not offer it"),
                ValueType.Choice(name: "none", about: "everybody on the way can read along"),
            ]),
            about:
                "Whether `smtp://` is encrypted. Left out, it is required, but for a server on this machine itself, where there is none."
        ),
    ]

    private static let aws = [
        KeyDefinition(
            name: "sns", type: .scalar(.text),
            about:
                "Publishes to this topic of AWS Simple Notification Service, by its ARN, with a subject. The access key is taken "
                + "from the environment ([AWS](#aws)).", example: "\"arn:aws:sns:us-east-1:123456789012:stock\""),
        KeyDefinition(
            name: "sqs", type: .scalar(.url(placeholders: [])),
            about: "Sends the change as a CloudEvent to this queue of AWS Simple Queue Service, by its URL.",
            example: "\"https://sqs.us-east-1.amazonaws.com/123456789012/stock\""),
        KeyDefinition(
            name: "region", type: .scalar(.text),
            about:
                "The region of `sns`, `sqs` or `ses`. Left out, it is the one that the ARN or the URL names, else `AWS_REGION`.",
            example: "us-east-1"),
    ]
}
