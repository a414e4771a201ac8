// What a line of a program's output says. Pure: a table of lines and answers.

import CanonicalJSON

/// A program's answer to one event.
enum ProgramAnswer: Sendable, Equatable {
    /// It happened; a reactor's program may want events appended with the record of that.
    case done(events: [JSON])
    case retry(after: Double?, reason: String)
    case skip(reason: String)
    case park(reason: String)

    /// Why a line is no answer, as the end of a sentence about the program.
    struct Garbage: Error, Equatable {
        let reason: String
    }

    /// Reads a line, given the id of the event that it has to answer. Strict: what is not understood as a whole counts as
    /// garbage, so that nothing passes for done by mistake.
    static func parse(
        _ line: [UInt8], to id: String, mask: SecretMask = SecretMask([String]())
    ) throws(Garbage) -> ProgramAnswer {
        try AnswerReader(line: line, id: id, mask: mask).read()
    }
}

/// Reads one line.
private struct AnswerReader {
    let line: [UInt8]
    let id: String
    let mask: SecretMask

    /// Characters of a program's own reason that are kept.
    private static let reasonMax = 1000
    /// What may stand beside `outcome` and `id`.
    private static let members = [
        "done": ["events"], "retry": ["after", "reason"], "skip": ["reason"], "park": ["reason"],
    ]

    func read() throws(ProgramAnswer.Garbage) -> ProgramAnswer {
        let value: JSON
        do { value = try JSON.parse(line, keysOnce: true) } catch {
            throw garbage((try? JSON.parse(line)) == nil ? "which is no JSON" : "where a key stands twice")
        }
        guard let object = value.objectValue else { throw garbage("which is no JSON object") }
        if let answered = object["id"], answered.stringValue.map({ !$0.utf8.elementsEqual(id.utf8) }) ?? true {
            throw garbage("whose \"id\" is not the event's, \(id)")
        }
        guard let outcome = object["outcome"]?.stringValue, let members = Self.members[outcome] else {
            throw garbage("where \"outcome\" has to be done, retry, skip or park")
        }
        if let stranger = object.keys.first(where: { $0 != "id" && $0 != "outcome" && !members.contains($0) }) {
            let known = members.map { "\"\($0)\"" }.joined(separator: " and ")
            throw garbage("where \(excerpt(Array(stranger.utf8))) means nothing; with \(outcome) there can be \(known)")
        }
        switch outcome {
        case "done": return .done(events: try events(object["events"]))
        case "retry": return .retry(after: try seconds(object["after"]), reason: try reason(object["reason"]))
        case "skip": return .skip(reason: try reason(object["reason"]))
        default: return .park(reason: try reason(object["reason"]))
        }
    }

    private func events(_ value: JSON?) throws(ProgramAnswer.Garbage) -> [JSON] {
        guard let value else { return [] }
        guard let events = value.arrayValue else { throw garbage("where \"events\" is no list") }
        return events
    }

    private func seconds(_ value: JSON?) throws(ProgramAnswer.Garbage) -> Double? {
        guard let value else { return nil }
        guard let seconds = value.numberValue, seconds >= 0 else {
            throw garbage("where \"after\" is no number of seconds")
        }
        return seconds
    }

    private func reason(_ value: JSON?) throws(ProgramAnswer.Garbage) -> String {
        guard let value else { return "the program gave no reason" }
        guard let reason = value.stringValue else { throw garbage("where \"reason\" is no text") }
        return SafeText.shortened(mask.masked(reason), to: Self.reasonMax)
    }

    private func garbage(_ what: String) -> ProgramAnswer.Garbage {
        ProgramAnswer.Garbage(reason: "answered \(excerpt(line)), \(what)")
    }

    private func excerpt(_ bytes: [UInt8]) -> String { Excerpt.of(mask.excerpt(of: bytes)) }
}
