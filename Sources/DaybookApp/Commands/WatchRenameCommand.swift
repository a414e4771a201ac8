// `daybook watch rename`: another name for a watch, and its history goes on.

import ArgumentParser
import EventLog

struct WatchRenameCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rename",
        abstract: "Give a watch another name in daybook.yaml, so that its history goes on.",
        discussion: """
            Writes the new name and `was: OLD`. The next check or reload puts it on record: no item is added again, none is \
            reported gone. The old name stays this watch's; no other can have it. Renaming back is fine.

            Examples:
              daybook watch rename reinvent reinvent-2018
            """)

    @Argument(help: "The name that it has.")
    var old: String

    @Argument(help: "The name that it is to have.")
    var new: String

    @OptionGroup var place: PlaceOptions

    func run() async throws {
        let console = Console.current
        let file = try ConfigurationFile(place.config)
        let tree = try file.tree()
        let watches = tree["watches"]?.entries ?? []
        guard let watch = watches.first(where: { $0.name.utf8.elementsEqual(old.utf8) }) else {
            let nearest = NearestName.of(old, in: watches.map(\.name)).map { "; did you mean \"\($0)\"?" } ?? ""
            throw Failure(.usage, "\(file.name) has no watch \"\(old)\"\(nearest)")
        }
        if let wrong = ValueType.NameRule.identity("watch").wrong(with: new) { throw Failure(.usage, wrong) }
        if let taken = watches.first(where: { $0.name.utf8.elementsEqual(new.utf8) }) {
            throw Failure(
                .usage, "\(file.name) has a watch \"\(new)\" already, on line \(taken.line); choose another name")
        }
        let hasHistory = try checkRecord()
        let edited = try file.edit(or: "rename it by hand, and say was: \(old) below the new name") {
            edit throws(EditRefused) in
            try edit.renaming(old, to: new, was: hasHistory ? old : nil)
        }
        try file.replace(with: edited.text)
        console.line("Renamed \(old) to \(new) in \(file.name), line \(edited.line).")
        if !edited.further.isEmpty {
            let lines = Wording.list(edited.further.map(String.init), "and")
            console.line("Alarms about it name it so, too: line\(edited.further.count == 1 ? "" : "s") \(lines).")
        }
        console.line(
            hasHistory
                ? "`was: \(old)` says that its history goes on; the next check or reload puts that on record."
                : "It has never looked, so there is no history to keep\(watch.value["was"] == nil ? "" : " beyond `was`")."
        )
        tellMentions(in: edited.text, file.name, console)
        console.line("Next: \(place.stepsToCheck(new))")
    }

    /// Whether there is a history under the old name.
    private func checkRecord() throws -> Bool {
        let log: EventLog
        do { log = try Place.openLog(try Place.dataDirectory(place), create: false) } catch LogError.noData {
            return false
        }
        defer { log.close() }
        let record = try WatchRecord(log)
        if try record.knows(new), record.names(of: new) != record.names(of: old) {
            throw Failure(
                .usage,
                "the name \"\(new)\" has a history of its own in \(log.dataDirectory), and two cannot become one; choose another"
            )
        }
        return try record.knows(old)
    }

    /// What else says the old name, and is not for a program to change: filters, templates.
    private func tellMentions(in text: String, _ file: String, _ console: Console) {
        guard let tree = try? ConfigurationNode.parse(text) else { return }
        var found: [(line: Int, text: String)] = []
        for entry in tree.entries where entry.name != "watches" { entry.value.collect(mentions: old, into: &found) }
        guard !found.isEmpty else { return }
        console.line("These say \"\(old)\" too; change them where they mean the watch:")
        for mention in found { console.line("  \(file):\(mention.line): \(displayable(cut(mention.text, to: 80)))") }
    }
}

extension ConfigurationFile {
    func tree() throws -> ConfigurationNode {
        do { return try ConfigurationNode.parse(text) } catch {
            throw ConfigurationError.wrong([
                ConfigurationProblem(file: name, line: error.line, path: "", message: error.reason)
            ])
        }
    }

    /// The text edited, and found to be right as a whole.
    ///
    /// - Parameter advice: what to do where it cannot be edited.
    func edit(
        or advice: @autoclosure () -> String, _ body: (WatchEdit) throws(EditRefused) -> EditedText
    ) throws -> EditedText {
        _ = try tree()
        let edited: EditedText
        do { edited = try body(try WatchEdit(text)) } catch let refused as EditRefused {
            throw Failure(.usage, "\(name) was left as it is, for \(refused.reason); \(advice())")
        }
        let problems = newProblems(in: edited.text)
        guard problems.isEmpty else { throw ConfigurationError.wrong(problems) }
        return edited
    }
}

extension ConfigurationNode {
    /// Texts in which a name stands as a word of its own, with their lines.
    fileprivate func collect(mentions name: String, into found: inout [(line: Int, text: String)]) {
        switch content {
        case .nothing: break
        case .text(let text): if text.mentions(name) { found.append((line, text)) }
        case .list(let values): for value in values { value.collect(mentions: name, into: &found) }
        case .table(let entries): for entry in entries { entry.value.collect(mentions: name, into: &found) }
        }
    }
}

extension String {
    fileprivate func mentions(_ name: String) -> Bool {
        ranges(of: name).contains { range in
            let before = range.lowerBound > startIndex ? self[index(before: range.lowerBound)] : " "
            let after = range.upperBound < endIndex ? self[range.upperBound] : " "
            return !before.isNamePart && !after.isNamePart
        }
    }
}

extension Character {
    fileprivate var isNamePart: Bool { isLetter || isNumber || self == "-" || self == "_" }
}
