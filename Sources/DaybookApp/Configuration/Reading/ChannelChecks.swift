// What the keys of a channel over HTTP or by mail have to have in common.

import Reactors
import Transport

extension Checker {
    mutating func checkChannel(_ table: SettingTable) {
        checkAWS(table)
        checkHTTP(table)
        checkMail(table)
        if let timeout = table.given["timeout"], table.texts("exec").isEmpty,
            table.duration("timeout").map({ $0 <= .zero }) == true
        {
            note("expected a duration that is longer than nothing", timeout.path, line: timeout.line)
        }
    }

    private mutating func checkHTTP(_ table: SettingTable) {
        guard let http = SettingsReader(folder: "").http(table), let setting = table.given["http"] else { return }
        let known = Set(http.with.map(\.name) + [Placeholders.ofMessage])
        checkPlaceholders(http.url.reveal(), known, setting)
        for entry in table.named("headers") {
            guard let header = http.headers.first(where: { $0.name == entry.name }) else { continue }
            checkPlaceholders(header.value.reveal(), known, entry.setting)
        }
        for entry in table.named("with") where !isUsed(entry.name, http) {
            note(
                "neither http nor headers nor body has a place for this value", entry.setting.path,
                line: entry.setting.line)
        }
        // What is put in is nobody's to see.
        let values = http.values.merging([Placeholders.ofMessage: "1"]) { _, id in id }
        if Placeholders.names(in: http.url.reveal()).isSubset(of: known),
            (try? WebAddress.check(Placeholders.filled(url: http.url.reveal(), values))) == nil
        {
            note("with the values of \"with\" in it this is no usable URL", setting.path, line: setting.line)
        }
        // By themselves each part has been found right, but whether a body comes out as JSON depends on the headers.
        let place = table.given["body"] ?? setting
        do throws(ReactorError) { _ = try BodyTemplate(http.body, type: http.type, with: http.values) } catch {
            note(error.description, place.path, line: place.line)
        }
    }

    private func isUsed(_ name: String, _ http: HTTPSettings) -> Bool {
        let texts = [http.url.reveal()] + http.headers.map { $0.value.reveal() }
        return texts.contains { Placeholders.names(in: $0).contains(name) }
            || http.body.contains("with")
                && http.body.contains(name)
    }

    private mutating func checkPlaceholders(_ text: String, _ known: Set<String>, _ setting: Setting) {
        for name in Placeholders.names(in: text).subtracting(known).sorted() {
            note("{\(name)} has no value; give it one under \"with\"", setting.path, line: setting.line)
        }
    }

    private mutating func checkMail(_ table: SettingTable) {
        guard let key = ["smtp", "ses"].first(where: { table.given[$0] != nil }), let way = table.given[key] else {
            return
        }
        for name in ["from", "to"] where table.given[name] == nil {
            note("the key \"\(name)\" is missing: who the mail is \(name)", table.path, line: table.line)
        }
        if let from = table.text("from"), let setting = table.given["from"] { checkAddress(from, setting) }
        for (text, setting) in table.texts("to") where !text.contains("{{") { checkAddress(text, setting) }
        guard let url = table.text("smtp").flatMap({ try? MailURL($0) }) else { return }
        if let tls = table.given["tls"], url.isEncryptedFromTheStart {
            note("smtps:// is always encrypted; remove this, or write smtp://", tls.path, line: tls.line)
        }
        let (user, password) = (table.given["user"], table.given["password"])
        if let one = user ?? password, (user == nil) != (password == nil) {
            note("user and password are given together or not at all", one.path, line: one.line)
        }
        if let password, url.encryption(tls: table.text("tls")) == .none, !url.isLoopback {
            note(
                "with tls: none everybody on the way could read the password; remove tls, or the password",
                password.path,
                line: way.line)
        }
    }

    private mutating func checkAddress(_ text: String, _ setting: Setting) {
        do throws(BadAddress) { _ = try MailAddress(text) } catch {
            note(error.reason, setting.path, line: setting.line)
        }
    }
}
