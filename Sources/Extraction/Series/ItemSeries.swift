// Reading one version of a page after another, and each item's bytes only once.

import Synchronization

/// What reading one version of a page gives; `Page` says what the members mean.
public struct SeriesPage<Made: Sendable>: Sendable {
    public var items: [Made] = []
    public var next: String?
    public var keyless = 0
    public var failures: [FieldFailure] = []
    public var failureCount = 0
    public var suspicion: String?
    /// How many elements were known by their bytes and not read again.
    public var known = 0

    mutating func take(_ reading: SeriesReading<Made>) {
        guard let made = reading.made else { return keyless += 1 }
        items.append(made)
        failureCount += reading.failures.count
        failures += reading.failures.prefix(max(0, Page.failuresMax - failures.count))
    }
}

/// Reads versions of one page, in any order and from any task.
///
/// What is read of a version is what `ItemRules.read` reads of it. The work is another: versions of an XML page mostly share nearly all
/// of their items byte for byte, and what was read of such bytes is used again where the rules look at nothing else. Whatever is not
/// plain (HTML, JSON, XPath, selectors that look around, a document type) is read whole.
public final class ItemSeries<Made: Sendable>: Sendable {
    private struct State {
        var known = KnownItems<Made>()
        /// For each of them, in which version it was seen last.
        var lastSeen: [Int] = []
        var version = 0
        /// Goes up when items are forgotten, and with that numbered anew.
        var generation = 0

        mutating func forget(notSeenSince version: Int) {
            var kept = KnownItems<Made>()
            kept.add(zip(known.items, lastSeen).filter { $0.1 >= version }.map(\.0))
            known = kept
            lastSeen = Array(repeating: self.version, count: kept.items.count)
            generation += 1
        }
    }

    /// So many bytes of items are remembered, or four versions of the page where they are larger.
    private static var bytesKept: Int { 16 << 20 }
    /// What is more than that is what was not seen in so many versions.
    private static var versionsKept: Int { 4 }
    /// libxml2 looks at texts beyond 10 million bytes with other eyes.
    private static var abridgedMax: Int { 9_000_000 }
    /// It also refuses to nest deeper than 256: so deep may an item lie, and so high may it be, to be known.
    private static var depthMax: Int { 100 }

    private let rules: ItemRules
    private let baseURL: String
    private let make: @Sendable (ReadItem) -> Made
    private let selector: CSSSelector?
    private let names: NameTable
    private let mark: NameTable.ID
    private let state = Mutex(State())

    /// - Parameters:
    ///   - baseURL: where all versions are taken to come from; relative links start there.
    ///   - make: the form in which the caller wants an item; called once for items that are the same. Pure.
    public init(_ rules: ItemRules, baseURL: String, make: @escaping @Sendable (ReadItem) -> Made) {
        self.rules = rules
        self.baseURL = baseURL
        self.make = make
        if rules.rules.readsItemsByThemselves, case .css(let selector, _) = rules.rules.items {
            self.selector = selector
        } else {
            selector = nil
        }
        var names = rules.rules.names
        mark = names.intern(AbridgedText.mark)
        self.names = names
    }

    /// Reads a version. Throws what `ItemRules.read` throws.
    public func read(
        _ body: [UInt8], mediaType: String? = nil, charset: String? = nil
    ) throws(ExtractionError) -> SeriesPage<Made> {
        let text = try PageText(body, mediaType: mediaType, charset: charset, wantsJSON: rules.rules.items.isJQ)
        if let selector, text.kind == .xml, !text.isBlank, text.utf8.count < Self.abridgedMax,
            let page = try abridged(text.utf8, selector)
        {
            return page
        }
        return whole(try rules.read(text, baseURL: baseURL))
    }

    private func whole(_ page: Page) -> SeriesPage<Made> {
        SeriesPage(
            items: page.items.map(make), next: page.next, keyless: page.keyless, failures: page.failures,
            failureCount: page.failureCount, suspicion: page.suspicion)
    }

    // MARK: With what is known

    /// Nil where the text has to be read whole.
    private func abridged(
        _ utf8: [UInt8], _ selector: CSSSelector
    ) throws(ExtractionError) -> SeriesPage<Made>? {
        let (known, generation) = state.withLock { ($0.known, $0.generation) }
        let text = AbridgedText(utf8, known, keepsAttributes: selector.asksForAttributes)
        guard AbridgedText.count("<!DOCTYPE", in: text.bytes) == 0 else { return nil }
        let parsed: (tree: Tree, places: [ElementPlace])
        // What is wrong with it is told of the whole text, whose lines are the right ones.
        do throws(ExtractionError) { parsed = try XMLParser.parseWithPlaces(text.bytes, names: names) } catch {
            return nil
        }
        guard text.hasNoMarksButItsOwn, let marked = marked(parsed.tree, text.known, known) else { return nil }
        guard let (page, new) = try read(parsed.tree, parsed.places, text.bytes, marked, known) else { return nil }
        learn(new, seen: text.known, of: generation, bytesMax: max(Self.bytesKept, 4 * utf8.count))
        return page
    }

    /// The known items by the places of their elements in the tree; nil where a mark is missing or too deep.
    private func marked(_ tree: Tree, _ items: [Int], _ known: KnownItems<Made>) -> [Tree.Index: Int]? {
        var marked: [Tree.Index: Int] = [:]
        marked.reserveCapacity(items.count)
        var count = 0
        for place in tree.nodes.indices where tree.nodes[place].name == mark {
            guard count < items.count, let parent = tree.parentElement(place),
                Int(tree.nodes[parent].end) == place + 1, place == parent + 1,
                tree.depth(of: parent, upTo: Self.depthMax) < Self.depthMax
            else { return nil }
            marked[parent] = items[count]
            count += 1
        }
        return count == items.count ? marked : nil
    }

    private func read(
        _ tree: Tree, _ places: [ElementPlace], _ text: [UInt8], _ marked: [Tree.Index: Int],
        _ known: KnownItems<Made>
    ) throws(ExtractionError) -> (SeriesPage<Made>, [KnownItem<Made>])? {
        var reader = try MarkupReader(rules.rules, tree: tree, url: baseURL)
        var page = SeriesPage<Made>()
        var new: [KnownItem<Made>] = []
        for item in try reader.items() {
            if let number = marked[item] {
                page.take(known.items[number].reading)
                continue
            }
            // An item that holds known ones was cut: it is to be read in one piece.
            guard !tree.contains(mark, in: item) else { return nil }
            let read = try reader.read(item)
            let reading = SeriesReading(made: read.item.map(make), failures: read.failures)
            page.take(reading)
            if let one = self.item(tree, item, text, places[item].range, reading) { new.append(one) }
        }
        page.known = marked.count
        return (page, new)
    }

    /// What will be known of an item, where it may be.
    private func item(
        _ tree: Tree, _ item: Tree.Index, _ text: [UInt8], _ range: Range<Int>, _ reading: SeriesReading<Made>
    ) -> KnownItem<Made>? {
        guard let selector, !range.isEmpty, !tree.mayHoldItem(item, of: selector) else { return nil }
        guard tree.height(of: item) < Self.depthMax else { return nil }
        return KnownItem(bytes: Array(text[range]), reading: reading)
    }

    /// Remembers what is new, and forgets what was not seen lately.
    private func learn(_ new: [KnownItem<Made>], seen: [Int], of generation: Int, bytesMax: Int) {
        state.withLock { state in
            state.version += 1
            if generation == state.generation {
                for number in seen { state.lastSeen[number] = state.version }
            }
            state.known.add(new)
            while state.lastSeen.count < state.known.items.count { state.lastSeen.append(state.version) }
            for versions in [Self.versionsKept, 0] where state.known.byteCount > bytesMax {
                state.forget(notSeenSince: state.version - versions)
            }
        }
    }
}

extension Tree {
    /// How many elements the element lies in, as far as `limit`.
    fileprivate func depth(of index: Index, upTo limit: Int) -> Int {
        var depth = 0
        var parent = parentElement(index)
        while let one = parent, depth < limit {
            depth += 1
            parent = parentElement(one)
        }
        return depth
    }

    /// How many levels of elements there are inside.
    fileprivate func height(of index: Index) -> Int {
        var height = 0
        var ends: [Int] = []
        for place in index + 1..<max(index + 1, Int(nodes[index].end)) where isElement(place) {
            while let end = ends.last, end <= place { ends.removeLast() }
            ends.append(Int(nodes[place].end))
            height = max(height, ends.count)
        }
        return height
    }

    fileprivate func contains(_ name: NameTable.ID, in index: Index) -> Bool {
        (index..<Int(nodes[index].end)).contains { nodes[$0].name == name }
    }
}
