// From checked settings to named and typed ones. Defaults are the definitions'.

import Reactors
import Transport

struct SettingsReader {
    /// Where relative paths begin.
    let folder: String
    /// Where programs are looked up that are named without a path, and AWS's keys.
    var environment: @Sendable (String) -> String? = { _ in nil }

    func path(_ text: String) -> String {
        text.hasPrefix("/") ? text : FilePath.absolute(text, in: folder)
    }

    /// Where the file has no such table, one in which everything is at its default.
    func evidence(_ table: SettingTable?) -> EvidenceSettings {
        let table = table ?? .standard(.evidence)
        return EvidenceSettings(
            keep: table.text("keep").flatMap(EvidenceSettings.Keep.init) ?? .changed, for: table.duration("for"),
            upTo: table.size("up-to"))
    }

    func watch(_ entry: NamedSetting, evidence: EvidenceSettings.Keep) -> WatchSettings? {
        guard case .table(let table) = entry.setting.value,
            let kind = table.text("kind").flatMap(WatchSettings.Kind.init),
            let fetch = table.table("fetch").flatMap(fetch)
        else { return nil }
        if kind == .page { return page(entry.name, table, fetch, evidence: evidence) }
        guard
            let items = table.text("items"), let key = table.table("key"),
            case let keys = key.texts("select").map(\.text),
            !keys.isEmpty,
            let expect = expect(table.table("expect") ?? .standard(.expect))
        else { return nil }
        return WatchSettings(
            name: entry.name, line: entry.setting.line, kind: kind, schedule: schedule(table),
            topics: table.table("topics").flatMap(topics),
            fetch: fetch, items: items, keys: keys, keyMatch: key.text("match"),
            fields: table.named("fields").compactMap(field),
            next: table.text("next"),
            expect: expect, keepEvidence: table.text("evidence").flatMap(EvidenceSettings.Keep.init) ?? evidence,
            was: table.text("was"), wasLine: table.line(of: "was"), rekey: table.flag("rekey"),
            keyLine: table.line(of: "key"),
            availability: kind == .stock ? table.table("availability").map(availability) : nil,
            unknownAfter: kind == .stock ? table.count("unknown-after") : nil)
    }

    private func availability(_ table: SettingTable) -> WatchSettings.Availability {
        func rule(_ key: String) -> WatchSettings.Availability.Rule? {
            table.table(key).map { rule in
                WatchSettings.Availability.Rule(
                    selectors: rule.texts("select").map(\.text), matches: rule.text("matches"))
            }
        }
        return WatchSettings.Availability(inStock: rule("in-stock"), outOfStock: rule("out-of-stock"))
    }

    private func page(
        _ name: String, _ table: SettingTable, _ fetch: WatchSettings.Fetch, evidence: EvidenceSettings.Keep
    ) -> WatchSettings? {
        guard let form = table.text("as"), let expect = expect(.standard(.expect)) else { return nil }
        return WatchSettings(
            name: name, line: table.line, kind: .page, schedule: schedule(table), topics: nil, fetch: fetch, items: "",
            keys: [],
            fields: [], next: nil, expect: expect,
            keepEvidence: table.text("evidence").flatMap(EvidenceSettings.Keep.init) ?? evidence,
            was: table.text("was"), wasLine: table.line(of: "was"), rekey: false, keyLine: table.line,
            page: WatchSettings.Page(
                select: table.text("select"), remove: table.texts("remove").map(\.text),
                ignore: table.texts("ignore").map(\.text), form: form))
    }

    private func schedule(_ table: SettingTable) -> Schedule? {
        if case .cron(let cron) = table["cron"] { return .cron(cron, timezone: table.text("timezone") ?? "UTC") }
        return table.duration("every").map(Schedule.every)
    }

    private func topics(_ table: SettingTable) -> WatchSettings.Topics? {
        guard let url = table.text("url"), let items = table.text("items"), let id = table.text("id") else {
            return nil
        }
        return WatchSettings.Topics(url: url, items: items, id: id)
    }

    private func fetch(_ table: SettingTable) -> WatchSettings.Fetch? {
        guard let url = table.text("url"), let retries = table.count("retries"),
            let timeout = table.duration("timeout"), let maxSize = table.size("max-size")
        else { return nil }
        var rate: RateText?
        if case .rate(let given) = table["rate"] { rate = given }
        let headers = table.named("headers").compactMap { entry -> (name: String, value: Secret)? in
            guard case .reference(_, let value, _) = entry.setting.value else { return nil }
            return (entry.name, value)
        }
        return WatchSettings.Fetch(
            url: url, pagesMax: table.count("pages-max") ?? 1, rate: rate,
            concurrency: table.count("concurrency") ?? 1, retries: retries, timeout: timeout,
            maxSize: maxSize, headers: headers, userAgent: table.text("user-agent"))
    }

    private func field(_ entry: NamedSetting) -> WatchSettings.Field? {
        guard case .table(let table) = entry.setting.value, let form = table.text("as") else { return nil }
        return WatchSettings.Field(
            name: entry.name, selectors: table.texts("select").map(\.text), all: table.flag("all"),
            remove: table.text("remove"),
            match: table.text("match"), form: form, timezone: table.text("timezone"), format: table.text("format"))
    }

    private func expect(_ table: SettingTable) -> WatchSettings.Expect? {
        guard case .bounds(let items) = table["items"], case .share(let drop) = table["drop"],
            let confirm = table.count("confirm"), let confirmOver = table.duration("confirm-over")
        else { return nil }
        return WatchSettings.Expect(items: items, drop: drop, confirm: confirm, confirmOver: confirmOver)
    }

    func channel(_ entry: NamedSetting) -> ChannelSettings? {
        guard case .table(let table) = entry.setting.value else { return nil }
        let way: ChannelSettings.Way
        if let url = table.secret("webhook") {
            way = .webhook(url: url, secret: table.secret("secret"))
        } else if let http = http(table) {
            way = .http(http)
        } else if let url = table.text("smtp").flatMap({ try? MailURL($0) }) {
            way = .smtp(
                letter(table), url, tls: table.text("tls"), user: table.secret("user"),
                password: table.secret("password"))
        } else if let aws = AWSSettings(table, environment) {
            guard let service = aws.service(environment), let credentials = AWSCredentials(environment: environment)
            else {
                return nil
            }
            way = .aws(aws.target, service, credentials)
        } else if let program = program(table) {
            way = .exec(program)
        } else if let file = table.text("file") {
            way = .file(path: path(file), isJSON: table.text("format") == "json")
        } else {
            way = .terminal
        }
        return ChannelSettings(name: entry.name, way: way, timeout: table.duration("timeout"))
    }

    private func letter(_ table: SettingTable) -> ChannelSettings.LetterSettings {
        ChannelSettings.LetterSettings(from: table.text("from") ?? "", to: table.texts("to").map(\.text))
    }

    /// Nothing where the channel is of another kind.
    func http(_ table: SettingTable) -> HTTPSettings? {
        guard case .reference(let reference, let url, _)? = table["http"] else { return nil }
        let headers = values(table, "headers")
        let type = headers.first { $0.name.lowercased() == "content-type" }?.value.reveal()
        let isJSON = type?.lowercased().contains("json") ?? true
        let shorten = table.table("shorten") ?? .standard(.shortening)
        let answer = table.table("answer") ?? .standard(.answerReading)
        return HTTPSettings(
            url: url, isURLSecret: !reference.isLiteral, method: table.text("method") ?? "POST", headers: headers,
            body: table.text("body") ?? (isJSON ? HTTPSettings.bodyStandard : "{{text}}"),
            type: type ?? HTTPChannelDefinition.typeStandard, with: values(table, "with"),
            textMax: shorten.count("text"), headlineMax: shorten.count("headline"),
            unit: shorten.text("in") ?? "characters", hasEntities: table.text("escape") == "entities",
            status: answer.text("status"), reason: answer.text("reason"), wait: answer.text("wait"))
    }

    private func values(_ table: SettingTable, _ key: String) -> [HTTPSettings.Value] {
        table.named(key).compactMap { entry in
            guard case .reference(let reference, let value, let isMasked) = entry.setting.value else { return nil }
            return HTTPSettings.Value(name: entry.name, value: value, isSecret: isMasked || !reference.isLiteral)
        }
    }

    private func program(_ table: SettingTable) -> ProgramSettings? {
        let arguments = table.texts("exec").map(\.text)
        guard let name = arguments.first, let memory = table.size("memory"),
            let path = try? ProgramFile.find(name, folder: folder, searchPath: environment("PATH"))
        else { return nil }
        let timeout = table.duration("timeout") ?? .seconds(30)
        let environment = table.named("environment").compactMap { entry -> ProgramSettings.Variable? in
            guard case .reference(let reference, let value, let isMasked) = entry.setting.value else { return nil }
            return ProgramSettings.Variable(
                name: entry.name, value: value, isSecret: isMasked || !reference.isLiteral)
        }
        return ProgramSettings(
            arguments: arguments, path: path, folder: folder, environment: environment, timeout: timeout,
            memory: memory)
    }

    func reactor(_ entry: NamedSetting) -> ReactorSettings? {
        guard case .table(let table) = entry.setting.value, let attempts = table.count("attempts"),
            let backoff = table.duration("backoff")
        else { return nil }
        return ReactorSettings(
            name: entry.name, on: table.texts("on").map(\.text), filter: table.text("where"),
            to: table.texts("to").map(\.text), exec: program(table), subject: table.text("subject"),
            message: table.text("message"),
            include: table.texts("include").map(\.text), from: table.text("from"), isShadow: table.flag("shadow"),
            attempts: attempts, backoff: backoff, digest: table.duration("digest"), quiet: table.text("quiet"),
            timezone: table.text("timezone") ?? "UTC", damp: table.text("damp"),
            digestSubject: table.text("digest-subject"), digestMessage: table.text("digest-message"))
    }
}

extension SettingTable {
    static func standard(_ definition: TableDefinition) -> SettingTable {
        SettingTable(definition: definition, line: 1, path: "", given: [:])
    }
}
