// Editing the watches of daybook.yaml as text: what is not asked for stays as it is, to the last space and comment.

import CanonicalJSON
import Yams

/// A text edited, and where.
struct EditedText: Equatable {
    var text: String
    /// Where the change begins, from 1.
    var line: Int
    /// Other lines on which something had to follow.
    var further: [Int] = []
}

/// Why a text was not edited: it is written in a way that this does not know how to edit, or the edit did not come out as
/// meant, which is found by reading it back.
struct EditRefused: Error, Equatable {
    /// As the end of a sentence.
    let reason: String
}

/// One change to the watches.
struct WatchEdit {
    private let original: ConfigurationNode
    private let root: Node.Mapping?
    private var place: PlacedText

    init(_ text: String) throws(UnreadableYAML) {
        original = try ConfigurationNode.parse(text)
        place = PlacedText(text)
        let node = try? Yams.compose(yaml: text)
        root = node?.mapping
    }

    /// Gives a watch another name, and has it say `was` (where that is not nil). Alarms that are about it say the new name.
    func renaming(_ old: String, to new: String, was: String?) throws(EditRefused) -> EditedText {
        var edited = try renamed(old, to: new, was: was)
        guard let rest = try? WatchEdit(edited.text) else {
            throw EditRefused(reason: "it cannot be read any more when the name is changed")
        }
        (edited.text, edited.further) = try rest.repointing(old, to: new)
        return edited
    }

    private func renamed(_ old: String, to new: String, was: String?) throws(EditRefused) -> EditedText {
        guard let watches = root?.entry("watches")?.value.mapping, let watch = watches.entry(old),
            let keyMark = watch.key.mark, let key = place.offset(keyMark)
        else { throw EditRefused(reason: "the watch \"\(old)\" is not where it was expected") }
        var edited = place
        if let was { try Self.write(was, of: watch, into: &edited) }
        // The key stands before all of that, so its place is still the same.
        let quote = ["\"", "'"].first { edited.has($0 + old + $0, at: key) } ?? ""
        guard edited.has(quote + old + quote, at: key) else {
            throw EditRefused(reason: "the name \"\(old)\" is written in an unusual way")
        }
        let range = key..<key + old.unicodeScalars.count + 2 * quote.count
        edited.replace(range, with: quote.isEmpty ? SuggestedYAML.scalar(new) : quote + new + quote)
        return try checked(edited, line: keyMark.line) { document in
            var watches = document["watches"]?.objectValue ?? JSONObject()
            var watch = watches[old]?.objectValue ?? JSONObject()
            if let was { watch["was"] = .string(was) }
            watches[old] = nil
            watches[new] = .object(watch)
            document["watches"] = .object(watches)
        }
    }

    private static func write(_ was: String, of watch: Node.Entry, into edited: inout PlacedText) throws(EditRefused) {
        guard let table = watch.value.mapping, let mark = table.mark, let keyMark = watch.key.mark,
            let start = edited.offset(mark)
        else { throw EditRefused(reason: "it is no table of its own") }
        if let former = table.entry("was") { return try replace(former, with: was, in: &edited) }
        if edited.has("{", at: start) {
            let isSpaced = edited.has("{ ", at: start)
            return edited.replace(
                start..<start + 1,
                with: "{" + (isSpaced ? " " : "") + "was: \(SuggestedYAML.scalar(was)),"
                    + (isSpaced ? "" : " "))
        }
        guard mark.line > keyMark.line else { throw EditRefused(reason: "its table is written in an unusual way") }
        let indent = String(repeating: " ", count: mark.column - 1)
        // Right below the name, so that comments stay with the keys that they stand above.
        edited.insert(["\(indent)was: \(SuggestedYAML.scalar(was))"], at: edited.end(ofLine: keyMark.line))
    }

    private static func replace(
        _ former: Node.Entry, with was: String, in edited: inout PlacedText
    ) throws(EditRefused) {
        guard let scalar = former.value.scalar else { throw EditRefused(reason: "its \"was\" is no text") }
        guard let range = edited.range(of: scalar) else {
            throw EditRefused(reason: "its \"was\" is written in an unusual way")
        }
        edited.replace(range, with: SuggestedYAML.scalar(was))
    }
}

extension WatchEdit {
    /// Has the alarms that are about a watch name it as it is called now.
    ///
    /// - Returns: the text, and the lines that were changed.
    private func repointing(_ old: String, to new: String) throws(EditRefused) -> (text: String, lines: [Int]) {
        var edited = place
        // What an alias repeats stands there once.
        var ranges: Set<Range<Int>> = []
        for (key, alarm) in root?.entry("alarms")?.value.mapping ?? [:] {
            guard let value = alarm.mapping?.entry("watch")?.value else { continue }
            let names = (value.sequence.map(Array.init) ?? [value]).compactMap(\.scalar)
            for name in names where name.string.utf8.elementsEqual(old.utf8) {
                guard let range = edited.range(of: name) else {
                    throw EditRefused(
                        reason: "the alarm \"\(key.scalar?.string ?? "")\" names the watch in an unusual way")
                }
                ranges.insert(range)
            }
        }
        let inOrder = ranges.sorted { $0.lowerBound < $1.lowerBound }
        // The last first, so that the places of the others stay the same.
        for range in inOrder.reversed() { edited.replace(range, with: SuggestedYAML.scalar(new)) }
        let lines = inOrder.map { place.line(at: $0.lowerBound) }
        let text = try checked(edited, line: lines.first ?? 1) { document in
            var alarms = document["alarms"]?.objectValue ?? JSONObject()
            for name in alarms.keys {
                guard var alarm = alarms[name]?.objectValue, let watch = alarm["watch"] else { continue }
                alarm["watch"] = watch.replacing(.string(old), with: .string(new))
                alarms[name] = .object(alarm)
            }
            if document["alarms"] != nil, !alarms.isEmpty { document["alarms"] = .object(alarms) }
        }.text
        return (text, lines)
    }
}

extension JSON {
    /// Itself, or what is in a list.
    fileprivate func replacing(_ old: JSON, with new: JSON) -> JSON {
        if let values = arrayValue { return .array(values.map { $0.replacing(old, with: new) }) }
        return self == old ? new : self
    }
}

extension WatchEdit {
    /// Adds a watch, behind those that are there.
    func adding(_ name: String, _ watch: SuggestedYAML) throws(EditRefused) -> EditedText {
        var edited = place
        let line: Int
        if let entry = root?.entry("watches"), let mark = entry.key.mark {
            line = try Self.add(name, watch, to: entry, mark, before: nextKey(after: mark), in: &edited)
        } else {
            guard root.flatMap(\.mark).flatMap(edited.offset).map({ !edited.has("{", at: $0) }) ?? true else {
                throw EditRefused(reason: "the whole file is written as one table in braces")
            }
            let lines = ["watches:"] + watch.block(under: name, indent: 2, step: 2)
            let isFirst = edited.scalars.isEmpty
            edited.insert(isFirst ? lines : [""] + lines, at: edited.scalars.count)
            line = edited.lineStarts.count - lines.count + (edited.lineStarts.last == edited.scalars.count ? 1 : 2)
        }
        return try checked(edited, line: line) { document in
            var watches = document["watches"]?.objectValue ?? JSONObject()
            watches[name] = watch.json
            document["watches"] = .object(watches)
        }
    }

    /// The line of the file's next key behind one.
    private func nextKey(after mark: Mark) -> Int? {
        root?.compactMap { $0.key.mark?.line }.filter { $0 > mark.line }.min()
    }

    private static func add(
        _ name: String, _ watch: SuggestedYAML, to entry: Node.Entry, _ mark: Mark, before next: Int?,
        in edited: inout PlacedText
    ) throws(EditRefused) -> Int {
        guard let table = entry.value.mapping else {
            // `watches:` with nothing behind it.
            guard let scalar = entry.value.scalar, scalar.string.isEmpty else {
                throw EditRefused(reason: "\"watches\" is no table")
            }
            edited.insert(watch.block(under: name, indent: mark.column + 1, step: 2), at: edited.end(ofLine: mark.line))
            return mark.line + 1
        }
        guard let start = table.mark.flatMap(edited.offset), let tableMark = table.mark else {
            throw EditRefused(reason: "\"watches\" is not where it was expected")
        }
        // A mapping's own style is not to be had from Yams, which takes it from the event that ends it.
        if edited.has("{", at: start) {
            guard table.isEmpty else {
                edited.replace(start..<start + 1, with: "{ \(SuggestedYAML.scalar(name)): \(watch.flow),")
                return tableMark.line
            }
            return try replaceEmpty(
                at: start, with: watch.block(under: name, indent: mark.column + 1, step: 2), &edited)
        }
        let last = table.compactMap { $0.key.mark }.max { $0.line < $1.line } ?? tableMark
        let line = lineBehind(last.line, before: next, in: edited)
        var lines = watch.block(under: name, indent: tableMark.column - 1, step: step(of: table, tableMark, in: edited))
        let isSpread = table.count > 1 && edited.line(last.line - 1).allSatisfy { $0 == " " }
        if isSpread { lines.insert("", at: 0) }
        let starts = edited.lineStarts
        edited.insert(lines, at: starts.indices.contains(line - 1) ? starts[line - 1] : edited.scalars.count)
        return line + (isSpread ? 1 : 0)
    }

    /// `{}` gives way to lines below; a comment behind it stays.
    private static func replaceEmpty(
        at start: Int, with lines: [String], _ edited: inout PlacedText
    ) throws(EditRefused) -> Int {
        guard let end = edited.scalars[start...].firstIndex(of: "}"),
            edited.scalars[(start + 1)..<end].allSatisfy({ $0 == " " })
        else { throw EditRefused(reason: "\"watches\" is written in an unusual way") }
        let line = edited.line(at: start)
        // The space between the colon and the braces goes with them.
        let first = start > 0 && edited.scalars[start - 1] == " " ? start - 1 : start
        edited.replace(first..<end + 1, with: "")
        edited.insert(lines, at: edited.end(ofLine: line))
        return line + 1
    }

    /// How far the last watch reaches: up to the next key of the file, but for empty lines and comments that belong to that.
    private static func lineBehind(_ last: Int, before next: Int?, in text: PlacedText) -> Int {
        let starts = text.lineStarts
        let count = starts.last == text.scalars.count ? starts.count - 1 : starts.count
        var line = (next ?? count + 1) - 1
        while line > last {
            let words = text.line(line)
            guard words.allSatisfy({ $0 == " " || $0 == "\t" }) || words.hasPrefix("#") else { break }
            line -= 1
        }
        return line + 1
    }

    /// How far a watch's keys stand in from its name.
    private static func step(of table: Node.Mapping, _ mark: Mark, in text: PlacedText) -> Int {
        let inner = table.compactMap { $0.value.mapping?.mark }.first { mark in
            text.offset(mark).map { !text.has("{", at: $0) } ?? false
        }
        return inner.map { $0.column - mark.column }.flatMap { $0 > 0 ? $0 : nil } ?? 2
    }

    /// The edit, where the text reads as it did but for what was meant.
    private func checked(
        _ edited: PlacedText, line: Int, _ change: (inout JSONObject) -> Void
    ) throws(EditRefused) -> EditedText {
        var expected = original.json.objectValue ?? JSONObject()
        change(&expected)
        let text = edited.text
        guard let read = try? ConfigurationNode.parse(text), read.json == .object(expected) else {
            throw EditRefused(reason: "it is written in a way that cannot be edited without changing something else")
        }
        return EditedText(text: text, line: line)
    }
}

extension ConfigurationNode {
    /// Its values, without the places where they stand.
    var json: JSON {
        switch content {
        case .nothing: .null
        case .text(let text): .string(text)
        case .list(let values): .array(values.map(\.json))
        case .table(let entries): .object(JSONObject(entries.map { ($0.name, $0.value.json) }))
        }
    }
}

extension Node {
    fileprivate typealias Entry = (key: Node.Scalar, value: Node)
}

extension PlacedText {
    /// Where a text stands, with its quotes; nil where it is written in a way that does not show it as it is.
    fileprivate func range(of scalar: Node.Scalar) -> Range<Int>? {
        guard let start = scalar.mark.flatMap(offset) else { return nil }
        let quote = ["", "\"", "'"].first { has($0 + scalar.string + $0, at: start) }
        return quote.map { start..<start + scalar.string.unicodeScalars.count + 2 * $0.count }
    }
}

extension Node.Mapping {
    /// The entry with this key, which is text.
    fileprivate func entry(_ name: String) -> Node.Entry? {
        for (key, value) in self {
            if let scalar = key.scalar, scalar.string.utf8.elementsEqual(name.utf8) { return (scalar, value) }
        }
        return nil
    }
}
