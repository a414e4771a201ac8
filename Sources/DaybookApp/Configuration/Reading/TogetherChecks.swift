// What no value shows by itself: keys that have to fit one another.

extension Checker {
    mutating func checkTogether(_ file: SettingTable) {
        let watches = file.named("watches")
        for entry in watches {
            guard case .table(let watch) = entry.setting.value else { continue }
            checkInterval(watch)
            checkPlaceholders(watch)
            checkFields(watch)
            checkAvailability(watch)
            checkFormerName(watch, of: entry.name, among: watches.map(\.name))
        }
        checkAlarms(file)
        let channels = file.named("channels").map(\.name)
        for entry in file.named("channels") {
            guard case .table(let channel) = entry.setting.value else { continue }
            checkProgram(channel)
            checkChannel(channel)
        }
        for entry in file.named("reactors") {
            guard case .table(let reactor) = entry.setting.value else { continue }
            checkProgram(reactor)
            checkDamping(reactor)
            for (name, setting) in reactor.texts("to") where !channels.contains(name) {
                note(noChannel(name, channels), setting.path, line: setting.line)
            }
        }
    }

    private mutating func checkInterval(_ watch: SettingTable) {
        guard let setting = watch.given["every"], let every = watch.duration("every"), every < Schedule.everyMin else {
            return
        }
        note(
            "expected at least \(DurationText.write(Schedule.everyMin)), got \(DurationText.write(every))",
            setting.path,
            line: setting.line)
    }

    /// A program that cannot be started now most likely cannot be started later.
    private mutating func checkProgram(_ table: SettingTable) {
        guard let folder, let (name, setting) = table.texts("exec").first else { return }
        if let timeout = table.given["timeout"], table.duration("timeout").map({ $0 <= .zero }) == true {
            note("expected a duration that is longer than nothing", timeout.path, line: timeout.line)
        }
        if let memory = table.given["memory"], table.size("memory").map({ $0 < 1 << 20 }) == true {
            note("expected at least 1MB, without which no program starts", memory.path, line: memory.line)
        }
        do throws(ProgramFile.Unusable) {
            _ = try ProgramFile.find(name, folder: folder, searchPath: secrets.environment("PATH"))
        } catch {
            note(error.reason, setting.path, line: setting.line)
        }
    }

    /// Only messages to channels are held back, and not for less than makes sense.
    private mutating func checkDamping(_ reactor: SettingTable) {
        if reactor.given["exec"] != nil {
            for key in ["digest", "quiet", "damp", "digest-subject", "digest-message"] {
                guard let setting = reactor.given[key] else { continue }
                note(
                    "nothing is held back from a program that reacts itself; remove this, or make the program a channel and name it under to",
                    setting.path, line: setting.line)
            }
        }
        if let setting = reactor.given["digest"], let digest = reactor.duration("digest"),
            !(.milliseconds(100)...(.seconds(7 * 86_400))).contains(digest)
        {
            note("expected a duration from 100ms to 7d", setting.path, line: setting.line)
        }
        guard ["digest", "quiet", "damp"].allSatisfy({ reactor.given[$0] == nil }) else { return }
        for key in ["digest-subject", "digest-message"] {
            guard let setting = reactor.given[key] else { continue }
            note(
                "this means something only beside \"digest\", \"quiet\" or \"damp\"", setting.path, line: setting.line)
        }
    }

    private func noChannel(_ name: String, _ channels: [String]) -> String {
        if name.contains("{{") { return "templates for channels are not in this version yet; name a channel" }
        if let nearest = NearestName.of(name, in: channels) {
            return "there is no channel \"\(name)\"; did you mean \"\(nearest)\"?"
        }
        let known = channels.isEmpty ? "there is none under channels yet" : "known are \(Wording.list(channels, "and"))"
        return "there is no channel \"\(name)\"; \(known)"
    }

    private mutating func checkPlaceholders(_ watch: SettingTable) {
        guard let fetch = watch.table("fetch"), let url = fetch.text("url"), let setting = fetch.given["url"] else {
            return
        }
        let placeholders = WebAddress.placeholders(in: url)
        if placeholders.contains("topic"), watch.given["topics"] == nil {
            note(
                "{topic} stands in the URL, and \"topics\" is missing, which says what the topics are", setting.path,
                line: setting.line)
        }
        if !placeholders.contains("topic"), watch.given["topics"] != nil {
            note(
                "there are \"topics\", and the URL has no {topic} in which one would stand", setting.path,
                line: setting.line)
        }
        if placeholders.contains("page"), let next = watch.given["next"] {
            note("pages are counted by {page} in fetch.url already; keep one of the two", next.path, line: next.line)
        }
        if !placeholders.contains("page"), let until = fetch.given["until"] {
            note("this says where {page} ends, and there is no {page} in fetch.url", until.path, line: until.line)
        }
    }

    private mutating func checkFields(_ watch: SettingTable) {
        let fields = watch.named("fields")
        if let setting = watch.given["fields"], fields.isEmpty {
            note("expected at least one field", setting.path, line: setting.line)
        }
        for entry in fields {
            guard case .table(let field) = entry.setting.value, field.text("as") != "time" else { continue }
            for key in ["timezone", "format"] {
                guard let setting = field.given[key] else { continue }
                note("this means something only with as: time", setting.path, line: setting.line)
            }
        }
    }

    private mutating func checkAvailability(_ watch: SettingTable) {
        guard watch.text("kind") == "stock" else {
            for key in ["availability", "unknown-after"] {
                guard let setting = watch.given[key] else { continue }
                note("this is a key of a watch of kind stock", setting.path, line: setting.line)
            }
            return
        }
        guard let setting = watch.given["availability"], let rules = watch.table("availability") else {
            if watch.given["availability"] == nil {
                note(
                    "the key \"availability\" is missing: what shows that an item is in stock, and what that it is not",
                    watch.path, line: watch.line)
            }
            return
        }
        if rules.given.isEmpty {
            note("one of the keys in-stock or out-of-stock is missing", setting.path, line: setting.line)
        }
        for (name, rule) in rules.given {
            guard case .table(let rule) = rule.value, rule.given.isEmpty else { continue }
            note("one of the keys select or matches is missing", "\(setting.path).\(name)", line: setting.line)
        }
    }

    private mutating func checkFormerName(_ watch: SettingTable, of name: String, among names: [String]) {
        guard let was = watch.text("was"), let setting = watch.given["was"], names.contains(was) else { return }
        let reason = was == name ? "this is the watch's own name" : "a watch \"\(was)\" is still there"
        note("\(reason); name the one that it had before", setting.path, line: setting.line)
    }
}
