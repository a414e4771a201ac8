// From a line of someone's JSON Lines to an event of ours, or the reason why not.

import CanonicalJSON
import EventLog
import Observations

/// Turns lines into drafts and remembers where it is. Pure but for the time and the run it is given.
package struct EventImporter {
    /// What the world relies on (DESIGN: decisions are events): whoever can append these can make daybook believe that a
    /// message was sent or a number given.
    package static let decisionsAndEffects: Set<String> = [
        "alarm", "config", "crawl", "download", "evidence", "export", "extension", "notification", "reactor",
        "submission", "watch",
    ]

    /// How many lines there have been.
    package private(set) var lineNumber = 0
    private let source: String
    private let isTrusted: Bool
    private let run: RunID
    private let now: @Sendable () -> Timestamp
    private var count = 0

    /// - Parameters:
    ///   - user: who imports; every event's source is `/import/USER`.
    ///   - isTrusted: whether decisions and effects are taken.
    package init(user: String, isTrusted: Bool, now: @escaping @Sendable () -> Timestamp = Timestamp.now) {
        source = "/import/\(user)"
        self.isTrusted = isTrusted
        self.now = now
        run = RunID.make(at: now())
    }

    /// An event, and whether its time is the line's own: such a one is refused where its stream is further, while the time
    /// that is given here moves on with the stream.
    package struct Draft {
        package var event: EventDraft
        package var hasOwnTime: Bool
    }

    /// The next line's event; `nil` for an empty line.
    package mutating func draft(from line: [UInt8]) throws(ImportError) -> Draft? {
        lineNumber += 1
        guard line.contains(where: { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 }) else { return nil }
        let value: JSON
        do { value = try JSON.parse(line) } catch { throw refused(error.description) }
        guard case .object(let members) = value else { throw refused("not an object but another JSON value") }
        let type = try text("type", of: members)
        try check(type: type)
        guard let data = members["data"] else { throw refused("\"data\" is missing") }
        guard case .object = data else { throw refused("\"data\" is not an object") }
        count += 1
        let time = try time(members["time"])
        let event = EventDraft(
            type: type, source: source, subject: try text("subject", of: members),
            id: try identity(members["id"]) ?? EventID(run: run, number: count),
            time: time ?? now(), causation: try optionalText("causationid", of: members),
            evidence: try optionalText("evidence", of: members), schema: schema(members["dataschema"]), data: data)
        return Draft(event: event, hasOwnTime: time != nil)
    }

    private func check(type: String) throws(ImportError) {
        guard EventType.isWellFormed(type) else {
            throw refused(
                "\"type\" is \"\(excerpt(type))\"; it is FAMILY.WHAT in small letters, such as session.observed")
        }
        guard isTrusted || !EventImporter.decisionsAndEffects.contains(String(type.prefix { $0 != "." })) else {
            throw refused(
                "\(type) is a decision or an effect; give --trusted if these lines come from a daybook of yours")
        }
    }

    private func text(_ key: String, of members: JSONObject) throws(ImportError) -> String {
        guard let value = members[key] else { throw refused("\"\(key)\" is missing") }
        guard let text = value.stringValue, !text.isEmpty else { throw refused("\"\(key)\" is not a text") }
        return text
    }

    private func optionalText(_ key: String, of members: JSONObject) throws(ImportError) -> String? {
        members[key] == nil || members[key] == .null ? nil : try text(key, of: members)
    }

    /// Ids of our own form are kept, so that `causationid` still finds them; foreign ones are given anew.
    private func identity(_ value: JSON?) throws(ImportError) -> EventID? {
        value?.stringValue.flatMap { EventID($0) }
    }

    private func time(_ value: JSON?) throws(ImportError) -> Timestamp? {
        guard let value, value != .null else { return nil }
        guard let text = value.stringValue, let time = Timestamp(text) else {
            throw refused("\"time\" is \(excerpt(value.canonicalText)), not an RFC 3339 time")
        }
        return time
    }

    /// `daybook:TYPE/N` carries N; any other schema is taken for the first.
    private func schema(_ value: JSON?) -> Int {
        guard let text = value?.stringValue, text.hasPrefix("daybook:"),
            let number = text.split(separator: "/").last.flatMap({ Int($0) }), number > 0
        else { return 1 }
        return number
    }

    /// What stands in a sentence of a text that may be of any length.
    private func excerpt(_ text: String) -> String { text.count > 80 ? text.prefix(80) + "…" : text }

    private func refused(_ reason: String) -> ImportError { .refused(line: lineNumber, reason: reason) }
}
