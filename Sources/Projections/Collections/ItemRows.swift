// What is answered about a keyed collection: one value for each line of `--json`.

import CanonicalJSON
import EventLog
import Observations

/// Whether a thing is there, as far as anybody could tell.
public enum ItemState: String, Sendable, CaseIterable {
    case present
    case absent
}

/// One item at one moment: a line of `sessions list` and `sessions show`.
public struct ItemRow: Sendable, Equatable {
    public let watch: String
    public let key: String
    public let version: Int
    public let state: ItemState
    /// A canonical JSON object; for an absent item as last observed.
    public let fields: [UInt8]
    /// The time of version 1.
    public let firstSeen: Timestamp
    /// The time of this version.
    public let lastChanged: Timestamp
    /// Of the event that made this version.
    public let sequence: UInt64
    /// Of an item of a shop.
    public var stock: StockState?

    /// `{"watch","key","version","state","fields","firstSeen","lastChanged","sequence"}`, without a newline; of an item of a shop
    /// besides `"name","availability","price"?,"url"?,"since","lastSeen"`, after the key.
    public var line: [UInt8] {
        var line = JSONLine()
        line.add("watch", watch)
        line.add("key", key)
        if let stock { line.add(stock, fields: (try? JSON.parse(fields)) ?? .null, key: key) }
        line.add("version", version)
        line.add("state", state.rawValue)
        line.add("fields", json: fields)
        line.add("firstSeen", firstSeen.description)
        line.add("lastChanged", lastChanged.description)
        line.add("sequence", sequenceText(sequence))
        return line.finished
    }
}

/// One version of an item and when it held: a line of `sessions history`.
public struct ItemVersionRow: Sendable, Equatable {
    public let watch: String
    public let key: String
    public let version: Int
    public let since: Timestamp
    /// When the next version began, where one had by the moment asked about.
    public let until: Timestamp?
    public let state: ItemState
    /// A JSON array of `{"field","old"?,"new"?}`, in the order of the fields' names; `line` completes it with `diff`.
    public let changes: [UInt8]
    public let fields: [UInt8]
    public let sequence: UInt64

    /// `{"watch","key","version","since","until"?,"state","changes","fields","sequence"}`, without a newline.
    public var line: [UInt8] {
        var line = JSONLine()
        line.add("watch", watch)
        line.add("key", key)
        line.add("version", version)
        line.add("since", since.description)
        if let until { line.add("until", until.description) }
        line.add("state", state.rawValue)
        line.add("changes", json: ChangeDiffs.completed(changes))
        line.add("fields", json: fields)
        line.add("sequence", sequenceText(sequence))
        return line.finished
    }
}

/// What differs between two versions of an item: a line of `sessions diff`.
public struct ItemDiffRow: Sendable, Equatable {
    public let watch: String
    public let key: String
    public let from: Int
    public let to: Int
    public let fromState: ItemState
    public let toState: ItemState
    /// As in `ItemVersionRow`.
    public let changes: [UInt8]

    /// `{"watch","key","from":{"version","state"},"to":{…},"changes"}`, without a newline.
    public var line: [UInt8] {
        var line = JSONLine()
        line.add("watch", watch)
        line.add("key", key)
        line.add("from", json: ItemDiffRow.end(from, fromState))
        line.add("to", json: ItemDiffRow.end(to, toState))
        line.add("changes", json: ChangeDiffs.completed(changes))
        return line.finished
    }

    private static func end(_ version: Int, _ state: ItemState) -> [UInt8] {
        var line = JSONLine()
        line.add("version", version)
        line.add("state", state.rawValue)
        return line.finished
    }
}

/// A JSON object whose members keep the order in which they are added, as the shapes of `--json` are documented.
struct JSONLine {
    private var bytes = [UInt8(ascii: "{")]

    mutating func add(_ key: String, json: [UInt8]) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        JSON.writeString(key, into: &bytes)
        bytes.append(UInt8(ascii: ":"))
        bytes += json
    }

    mutating func add(_ stock: StockState, fields: JSON, key: String) {
        add("name", StockQuery.name(fields, key: key))
        add("availability", stock.availability.rawValue)
        for member in ["price", "url"] {
            if let value = fields[member] { add(member, value) }
        }
        add("since", stock.since.description)
        add("lastSeen", stock.lastSeen.description)
    }

    mutating func add(_ key: String, _ value: JSON) { add(key, json: value.canonicalBytes) }
    mutating func add(_ key: String, _ text: String) { add(key, .string(text)) }
    mutating func add(_ key: String, _ number: Int) { add(key, JSON(number)) }

    var finished: [UInt8] { bytes + [UInt8(ascii: "}")] }
}
