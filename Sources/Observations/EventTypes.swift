// The entries of the register, family by family.

extension EventType {
    static let collections: [EventType] = [
        EventType(
            Observed.self, "session.observed", subject: "WATCH/KEY", fieldsOfOne("session"), members: [],
            example: #"{"room":"Aria 3","speakers":["Ann Ard","Bo Berg"],"title":"Serverless at scale"}"#),
        absent("session"),
        EventType(
            Observed.self, "item.observed", subject: "WATCH/KEY", fieldsOfOne("item"), members: [],
            example: #"{"price":"449.00","title":"Graphics card, 8 GB"}"#),
        absent("item"),
        EventType(
            StockObserved.self, "stock.observed", subject: "WATCH/KEY",
            "What one item of a shop looked like. The data is the fields as the configuration names them, and `availability`; a field that "
                + "found nothing is left out. \(whenAppended)",
            members: [
                .always(
                    "availability",
                    "`in-stock`, `out-of-stock`, or `unknown` where the page shows neither, or both: a page that does not say is no news of anything"
                ),
                .sometimes(
                    "price",
                    "`amount` and, where the page names it, `currency` (ISO 4217); of a field `price` with `as: money`"),
                .sometimes("name", "what it is called; of a field `name`"),
                .sometimes("url", "where it is sold; of a field `url`"),
            ],
            example:
                #"{"availability":"in-stock","name":"Graphics card, 8 GB","price":{"amount":449,"currency":"USD"},"url":"https://shop.example/a-17"}"#
        ),
        absent("stock"),
        EventType(
            PageObserved.self, "page.observed", subject: "WATCH/KEY",
            "What the page of a watch said; the key is always `page`. \(whenAppended)",
            members: [
                .always("text", "its lines, in order"),
                .sometimes("title", "the page's title, where the whole of an HTML page is watched"),
            ],
            example: #"{"text":["News","Aria 3 is open again."],"title":"Venue"}"#),
        absent("page"),
    ]

    private static func absent(_ family: String) -> EventType {
        EventType(
            Absent.self, "\(family).absent", subject: "WATCH/KEY",
            "A\(family == "stock" ? "n item of a shop" : " \(family)") that was present and that a run which could tell did not find.",
            members: [], example: "{}")
    }

    private static let whenAppended = "Appended when it differs from the last recorded state."

    private static func fieldsOfOne(_ family: String) -> String {
        "What one \(family) of a watch looked like. The data is the fields as the configuration names them and nothing else; "
            + "a field that found nothing is left out. \(whenAppended)"
    }

    static let runs: [EventType] = [
        EventType(
            RunEnded.self, RunOutcome.completed.type, subject: "WATCH",
            "A look at a watch in which everything was fetched and understood. What it missed is absent.",
            members: counts + [
                .sometimes(
                    "lostFields", "fields that no item has any more, though some of those that changed had them before"),
                missed, missedIn,
            ],
            example:
                #"{"absent":0,"bytes":48211,"changed":1,"conflicts":0,"kind":"sessions","missed":[],"notModified":104,"#
                + #""observed":1731,"requests":106,"seconds":2.114,"topics":105,"unchanged":1730}"#),
        EventType(
            RunEnded.self, RunOutcome.suspect.type, subject: "WATCH",
            "A look that understood everything, but whose result looks wrong. What it saw is appended; what it missed stays as it was, "
                + "but for what enough such runs in a row have missed.",
            members: counts + [
                missed, missedIn,
                .always(
                    "suspicions",
                    "what looks wrong: `drop` (missed more than `expect.drop` allows), `items` (found fewer or more than `expect.items`), "
                        + "`topics` (the topic list is empty), `keyless` (more items than in the last completed run had no key, while others were missed), "
                        + "`moving` (items were missed, and reading the pages again did not confirm it, since the site kept changing or failed)"
                ),
            ],
            example:
                #"{"absent":0,"bytes":913,"changed":0,"conflicts":0,"kind":"items","missed":["A-1","A-2"],"notModified":0,"#
                + #""observed":0,"requests":1,"seconds":0.052,"suspicions":["items"],"unchanged":0}"#),
        EventType(
            RunEnded.self, RunOutcome.failed.type, subject: "WATCH",
            "A look in which something could not be fetched or understood. What was seen elsewhere is appended; nobody is concluded absent.",
            members: counts + [
                .always("error", "what went wrong, in a sentence"),
                .always(
                    "failures",
                    "each page that failed: `url` (without the values in its query, which may be secret), `reason`, `topic` where there is one, and `page` where it is not the first"
                ),
                .sometimes("furtherFailures", "how many failures there were beyond those listed"),
            ],
            example:
                #"{"absent":0,"bytes":20,"changed":0,"conflicts":0,"error":"1 of 2 pages failed: https://shop.example/?page=2: "#
                + #"the server answered with status 503","failures":[{"page":2,"reason":"the server answered with status 503","#
                + #""url":"https://shop.example/?page=2"}],"kind":"items","notModified":1,"observed":40,"requests":5,"#
                + #""seconds":4.81,"unchanged":40}"#),
    ]

    private static let counts: [Member] = [
        .always("kind", "the watch's kind, such as `sessions`"),
        .always("observed", "items seen, each counted once"),
        .always("changed", "of these, appended because they are new, differ, or are back"),
        .always("unchanged", "of these, as they were"),
        .always("absent", "items concluded absent"),
        .always("conflicts", "items of which the run saw differing states"),
        .always("requests", "HTTP requests, retries included"),
        .always("notModified", "answers 304"),
        .always("bytes", "bytes that came over the wire"),
        .always("seconds", "how long the run took"),
        .sometimes("topics", "how many topics were found, where the watch has a topic list"),
        .sometimes("keyless", "items that had no key, where there were any"),
        .sometimes(
            "unreadable",
            "fields that were there but were not what they should be (a time, a number): what is recorded of them stays as it is"
        ),
        .sometimes("unreadableFirst", "the first few of them, a sentence each"),
        .sometimes(
            "unknownAfter",
            "of a watch of kind `stock`: after how many runs in a row an availability that is unknown is news, as `unknown-after` had it then"
        ),
    ]

    private static let missed = Member.sometimes("missed", "the keys of present items that the run did not see")
    private static let missedIn = Member.sometimes(
        "missedIn",
        "instead of `missed` where the list is long: the blob (`blob`, `size`, `type`) that holds it as a JSON array")

    static let configApplied = EventType(
        ConfigApplied.self, "config.applied", subject: "config",
        "The configuration that holds from here on: the whole normalised daybook.yaml as a blob, secrets as references.",
        members: [
            .always("blob", "`sha256:…` of the bytes"),
            .always("size", "their number"),
            .always("type", "`application/yaml`"),
        ],
        example:
            #"{"blob":"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","size":812,"type":"application/yaml"}"#
    )

    static let watchRenamed = EventType(
        WatchRenamed.self, WatchRenamed.type, subject: "WATCH",
        "The watch that had another name is called WATCH from here on, and all that is known of it goes on: its items, their "
            + "versions, its runs. Appended with the `config.applied` in which the watch has `was`.",
        members: [.always("was", "the name that it had until then")], example: #"{"was":"reinvent-2018"}"#)

    static let reactorStarted = EventType(
        ReactorStarted.self, "reactor.started", subject: "REACTOR",
        "A reactor takes changes from here on.",
        members: [
            .always("from", "a sequence of 20 digits; changes of earlier events are not for this reactor"),
            .sometimes("channels", "for channels that begin elsewhere: the name and such a sequence"),
            .sometimes("choice", "the digest of what decides which changes it takes; another choice is another start"),
        ],
        example: #"{"channels":{},"from":"00000000000000001733"}"#)

    static let notifications: [EventType] = [
        EventType(
            Notification.self, "notification.delivered", subject: notificationSubject,
            "The channel took the message.",
            members: what + [message, status, late],
            example: #"{"attempts":1,\#(change),\#(names),"message":\#(blob),"reactor":"announce","status":204}"#),
        EventType(
            Notification.self, "notification.failed", subject: notificationSubject,
            "A try that did not succeed; there will be another.",
            members: what + [message, error, .sometimes("next", "when the next try is due"), status, late],
            example: #"{"attempts":1,\#(change),"error":"the server answered 500",\#(names),"message":\#(blob),"#
                + #""next":"2026-11-21T10:02:04.456Z","reactor":"announce","status":500}"#),
        EventType(
            Notification.self, "notification.held", subject: notificationSubject,
            "Not sent, on purpose: a shadow, or for now: to be told with others (digest, quiet hours, damped), or if it still stands (an alarm that is silenced).",
            members: what + [
                message, error,
                .sometimes(
                    "by",
                    "why it is held for now: `digest`, `quiet`, `damped` or `silenced`; what is held for good has none"),
                .sometimes(
                    "next", "until when, as things stand; what keeps changing, or is silenced again, is held for longer"
                ),
            ],
            example:
                #"{"attempts":0,"by":"quiet",\#(change),"error":"quiet hours: told with others when they end",\#(names),"#
                + #""next":"2026-11-22T06:00:00.000Z","reactor":"announce"}"#),
        EventType(
            Notification.self, "notification.prepared", subject: notificationSubject,
            "The message was made, and is sent from here on. Recorded before the first try where a reactor holds changes back, or an alarm was silenced; its `message` is the one that is sent, whatever the settings are by then.",
            members: what + [
                message,
                .sometimes(
                    "changes",
                    "the ids of the deliveries that were held and are told in this message, at most 10,000; its `change` is then the first one's record, of kind `notification.digest`"
                ),
            ],
            example:
                #"{"attempts":0,"change":{"kind":"notification.digest","projection":"notifications","sequence":"00000000000000001740","subject":"announce"},"#
                + #""changes":["1731-1091b4712c105f09718477ba","1733-7cd1f0b2a4de90c1b8e2f6a3"],"channel":"hook",\#(names),"message":\#(blob),"reactor":"announce"}"#
        ),
        EventType(
            Notification.self, "notification.parked", subject: notificationSubject,
            "Given up until someone asks for it again (`daybook deliveries retry`).",
            members: what + [message, error, status, late],
            example:
                #"{"attempts":8,\#(change),"error":"the server answered 500",\#(names),"reactor":"announce","status":500}"#
        ),
        EventType(
            Notification.self, "notification.retried", subject: notificationSubject,
            "Someone asked for it again.",
            members: what + [message, .sometimes("next", "when the next try is due"), late],
            example: #"{"attempts":8,\#(change),\#(names),"reactor":"announce"}"#),
    ]

    static let alarms: [EventType] = [
        EventType(
            AlarmChanged.self, AlarmChanged.type, subject: "ALARM",
            "The alarm is in another state from here on. Its time is the moment of the evaluation: when a datapoint was recorded, or the end of a period.",
            members: [
                .always("state", "`OK`, `ALARM` or `INSUFFICIENT_DATA`"),
                .always("was", "the state before"),
                .always("reason", "why, in a sentence"),
                .sometimes("value", "the newest value that was looked at"),
                .always(
                    "datapoints",
                    "the periods that were looked at, oldest first: `start`, and `value` where there was one"),
                .always("metric", "such as `run.errors`"),
                .sometimes("labels", "the watches or channels whose datapoints counted, where not all did"),
                .always("statistic", "what was made of a period's datapoints"),
                .always("period", "the rest of the rule, as `daybook.yaml` has it"),
                .always("evaluate", "the same"), .always("threshold", "the same"), .always("missing", "the same"),
            ],
            example:
                #"{"datapoints":[{"start":"2026-11-21T10:00:00.000Z"},{"start":"2026-11-21T10:01:00.000Z"},"#
                + #"{"start":"2026-11-21T10:02:00.000Z","value":1}],"evaluate":"1 of 1","labels":["mugs"],"metric":"run.errors","#
                + #""missing":"not-breaching","period":"1m","#
                + #""reason":"1 of the last 1 datapoints was >= 1: the sum of run.errors of mugs over 1m was 1","#
                + #""state":"ALARM","statistic":"sum","threshold":">= 1","value":1,"was":"OK"}"#),
        EventType(
            AlarmSilenced.self, AlarmSilenced.type, subject: "ALARM",
            "Until then the alarm's changes are recorded and told to nobody.",
            members: [
                .always("until", "a time; one that has passed ends an earlier silence"),
                .always("reason", "why"), .always("by", "whose doing it is"),
            ],
            example: #"{"by":"ann","reason":"the shop moves","until":"2026-11-21T12:00:00.000Z"}"#),
    ]

    private static let notificationSubject = "REACTOR/CHANNEL/KEY"
    private static let change =
        #""change":{"kind":"session.updated","projection":"sessions","sequence":"00000000000000001731","#
        + #""subject":"reinvent/SVS401"},"channel":"hook""#
    private static let names = #""id":"5f0e3c","key":"5f0e3c1d9a""#
    private static let blob =
        #"{"sha256":"2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae","size":412,"type":"application/json"}"#
    private static let what: [Member] = [
        .always("id", "what `daybook deliveries` calls it"),
        .always("reactor", "the reactor's name"),
        .always("channel", "the channel's name"),
        .always("key", "the idempotency key: the same on every try, and passed on to the other side"),
        .always("change", "what it tells of: `projection`, `sequence`, `kind`, `subject`"),
        .always("attempts", "tries so far, the one that this tells of included"),
    ]
    private static let message = Member.sometimes(
        "message",
        "the rendered message (`sha256`, `size`, `type`), a blob kept since the first try; later tries send that one")
    private static let error = Member.sometimes("error", "why, in a sentence")
    private static let status = Member.sometimes("status", "the HTTP status that the other side answered")
    private static let late = Member.sometimes("late", "true where it had been parked and is sent again by hand")
}
