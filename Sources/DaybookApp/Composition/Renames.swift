// What the names in a configuration mean for what is on record: which watch is called otherwise from here on, and which name may
// not be used.

import EventLog
import Ingestors
import Observations

/// The renamings that a configuration asks for and the log does not have yet.
///
/// A name belongs to one watch for good, for a log is forever: events about `OLD/KEY` stay about what was called OLD. So, for a
/// watch NEW with `was: OLD`:
///
/// | OLD is on record | NEW is on record | verdict |
/// | --- | --- | --- |
/// | yes | no | `watch.renamed`: NEW goes on where OLD was |
/// | yes | yes, as the same watch | the same where NEW is not what it is called now (a name given back), else nothing |
/// | yes | yes, as another watch | refused: two histories cannot become one |
/// | no | yes | nothing: it has its own history, and `was` nothing to say |
/// | no | no | refused where others are on record (a slip of the hand, most likely), else nothing; nothing, too, where the configuration applied last said the same (a file that came from elsewhere, and a watch that has not looked yet) |
///
/// And a watch whose name is a former name of another one is refused.
struct Renames {
    struct Rename: Equatable {
        var was: String
        var name: String
    }

    private(set) var due: [Rename] = []
    private(set) var problems: [ConfigurationProblem] = []

    private let configuration: Configuration
    private let record: WatchRecord
    private let previous: ConfigurationNode?
    /// Which watch of the file goes on with a history, by the first name of that.
    private var heirs: [String: String] = [:]

    /// - Parameter previous: the normalised text that was applied last, where one was.
    /// - Throws: where the log cannot be read. What is refused is in `problems`.
    init(_ configuration: Configuration, after previous: String?, in log: EventLog) throws(LogError) {
        self.configuration = configuration
        self.previous = previous.flatMap { try? ConfigurationNode.parse($0) }
        record = try WatchRecord(log)
        for watch in configuration.watchSettings { try judge(watch) }
    }

    private mutating func judge(_ watch: WatchSettings) throws(LogError) {
        let own = record.names(of: watch.name)
        guard let was = watch.was else {
            guard !same(own.current, watch.name) else { return claim(own, watch) }
            return note(
                watch,
                "\"\(watch.name)\" is what the watch \"\(own.current)\" was called; to rename it back, say was: \"\(own.current)\", "
                    + "else choose another name")
        }
        let former = record.names(of: was)
        let isKnown = try record.knows(watch.name)
        guard try record.knows(was) else {
            guard !isKnown, !saidBefore(watch), let known = try record.others(than: was) else {
                return claim(own, watch)
            }
            return note(watch, "no watch \"\(was)\" is on record\(known)")
        }
        if isKnown, own != former {
            return note(
                watch,
                "\"\(was)\" and \"\(watch.name)\" have a history each, and two cannot become one; drop was, or choose a name that "
                    + "was not used yet")
        }
        claim(former, watch)
        if !same(former.current, watch.name) { due.append(Rename(was: former.current, name: watch.name)) }
    }

    private func saidBefore(_ watch: WatchSettings) -> Bool {
        guard case .text(let was)? = previous?["watches"]?[watch.name]?["was"]?.content else { return false }
        return watch.was.map { same($0, was) } ?? false
    }

    private mutating func claim(_ names: WatchNames, _ watch: WatchSettings) {
        if let other = heirs[names.first] {
            return note(
                watch, "the history of \"\(names.current)\" goes on as \"\(other)\" already; only one watch can have it"
            )
        }
        heirs[names.first] = watch.name
    }

    private mutating func note(_ watch: WatchSettings, _ message: String) {
        let path = "watches.\(watch.name)" + (watch.was == nil ? "" : ".was")
        problems.append(
            ConfigurationProblem(file: configuration.file, line: watch.wasLine, path: path, message: message))
    }

    private func same(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
}

/// Which watches the log knows.
struct WatchRecord {
    private let log: EventLog
    private let renamed: [WatchNames]

    init(_ log: EventLog) throws(LogError) {
        self.log = log
        renamed = try WatchNames.renamed(in: log)
    }

    func names(of name: String) -> WatchNames { renamed.first { $0.has(name) } ?? WatchNames(only: name) }

    /// Names that nothing is called any more, and that nothing else may be.
    var formerNames: [String] {
        renamed.flatMap { watch in watch.all.filter { !$0.utf8.elementsEqual(watch.current.utf8) } }
    }

    /// Whether it was ever looked at, imported into, or renamed.
    func knows(_ name: String) throws(LogError) -> Bool {
        if renamed.contains(where: { $0.has(name) }) { return true }
        if try log.head(of: StreamID(family: "run", subject: name)) != nil { return true }
        for kind in WatchKind.all {
            if try !log.heads(family: kind.family, subjectPrefix: name + "/").isEmpty { return true }
        }
        return false
    }

    /// What there is instead, as the end of a sentence; nil where no watch was ever looked at.
    func others(than name: String) throws(LogError) -> String? {
        let known = try log.heads(family: "run", subjectPrefix: "").map(\.stream.subject)
        guard !known.isEmpty else { return nil }
        if let nearest = NearestName.of(name, in: known) { return "; did you mean \"\(nearest)\"?" }
        return
            "; there \(known.count == 1 ? "is" : "are") \(Wording.list(known, "and")), and a watch that never looked needs no was"
    }
}
