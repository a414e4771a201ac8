// Whether a watch that a question names is one at all: a name with a slip in it would else be answered with nothing.

import Projections

struct KnownWatches {
    /// What daybook.yaml has, where it can be read.
    var configured: [String] = []
    /// What is on record, by the names that watches have now.
    var seen: [String] = []
    /// Former names, which questions may use.
    var former: [String] = []

    init(configured: [String] = [], seen: [String] = [], former: [String] = []) {
        self.configured = configured
        self.seen = seen
        self.former = former
    }

    init(in opened: Place, _ options: PlaceOptions) throws {
        configured = Configuration.watchNames(at: options.config)
        for kind in KeyedCollection.kinds {
            let (watches, names) = try opened.engine.read(kind.name) {
                (try ItemQuery($0).watches(), try ItemQuery($0).formerNames())
            }
            seen += watches
            former += names
        }
        seen += try opened.engine.read("runs") { try RunQuery($0).watches() }.map(\.watch)
    }

    /// Why there can be no answer about this watch; nothing where it is known.
    func refusal(of name: String) -> Failure? {
        let isSame = { (other: String) in other.utf8.elementsEqual(name.utf8) }
        guard !(configured + seen + former).contains(where: isSame) else { return nil }
        let known = Set(configured + seen).sorted()
        guard !known.isEmpty else {
            return Failure(.usage, "no watch \"\(name)\" is configured or on record; there are none yet")
        }
        let nearest = NearestName.of(name, in: known).map { "did you mean \"\($0)\"?" }
        return Failure(
            .usage,
            "no watch \"\(name)\" is configured or on record; \(nearest ?? "there \(known.count == 1 ? "is" : "are") \(listed(known))")"
        )
    }

    private func listed(_ names: [String]) -> String {
        let shown = names.prefix(20).joined(separator: ", ")
        return names.count > 20 ? shown + " and \(grouped(names.count - 20)) more" : shown
    }
}

extension Place {
    /// Refuses a question about a watch that nobody has ever heard of. Asked where an answer would be empty.
    func refuseUnknown(_ watch: String?, _ options: PlaceOptions) throws {
        guard let watch else { return }
        if let refusal = try KnownWatches(in: self, options).refusal(of: watch) { throw refusal }
    }
}

extension Configuration {
    /// The names of the watches alone, also where something else in the file is wrong; none where it cannot be read.
    static func watchNames(at file: String) -> [String] {
        guard let text = try? text(of: file), let root = try? ConfigurationNode.parse(text) else { return [] }
        return root["watches"]?.entries.map(\.name) ?? []
    }
}
