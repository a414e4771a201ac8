// What cannot change from one configuration to the next: a `key` unless it is meant, since it makes every item another one, and what
// only a restart takes up.

extension Configuration {
    /// What is refused of this configuration after `previous`, the normalised text that was applied before it.
    ///
    /// A text that cannot be read (of another version, say) refuses nothing.
    public func refusals(after previous: String) -> [ConfigurationProblem] {
        guard let root = try? ConfigurationNode.parse(previous) else { return [] }
        return watchSettings.compactMap { watch in
            let watches = root["watches"]
            let before = watches?[watch.name] ?? watch.was.flatMap { watches?[$0] }
            guard !watch.rekey, watch.page == nil, let key = before?["key"] else { return nil }
            let (former, match) = (key.texts ?? key["select"]?.texts ?? [], key["match"]?.text)
            let isSame =
                former.elementsEqual(watch.keys) { $0.utf8.elementsEqual($1.utf8) }
                && (match ?? "").utf8.elementsEqual((watch.keyMatch ?? "").utf8)
            guard !isSame else { return nil }
            let what = Wording.list(former.map { "\"\($0)\"" }, "or") + (match.map { " matching \"\($0)\"" } ?? "")
            let message =
                "it was \(what) before, and another key makes every item another one; say rekey: true if that is meant"
            return ConfigurationProblem(
                file: file, line: watch.keyLine, path: "watches.\(watch.name).key", message: message)
        }
    }
}

extension Configuration {
    /// The keys that a running daybook goes by from its start on, and that differ from `previous`, a normalised text.
    func changedUntilRestart(since previous: String) -> [String] {
        guard let before = try? ConfigurationNode.parse(previous),
            let now = try? ConfigurationNode.parse(normalisedText)
        else { return [] }
        return ["listen", "token"].filter { before[$0]?.json != now[$0]?.json }
    }
}

extension ConfigurationNode {
    var text: String? {
        if case .text(let text) = content { text } else { nil }
    }

    /// Of a text itself, or of a list of texts.
    fileprivate var texts: [String]? {
        switch content {
        case .text(let text): [text]
        case .list(let nodes): nodes.compactMap(\.text)
        case .nothing, .table: nil
        }
    }
}
