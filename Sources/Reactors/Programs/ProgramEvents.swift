// From the `events` of a program's answer to what is appended, or the reason why not. Pure.

import CanonicalJSON
import EventLog
import Observations

enum ProgramEvents {
    /// Why events are not appended; a sentence about the answer.
    struct Refused: Error, Equatable {
        let reason: String
    }

    /// The events as drafts, all of them or none. `cause`: the id of the event that the change came from.
    static func drafts(
        _ events: [JSON], cause: String?, in context: ReactorContext
    ) throws(Refused) -> [EventDraft] {
        var drafts: [EventDraft] = []
        for (index, event) in events.enumerated() {
            do throws(Refused) {
                drafts.append(try draft(event, cause: cause, context))
            } catch {
                throw Refused(
                    reason: "the program's answer was done, but event \(index + 1) of it \(error.reason); "
                        + "nothing was appended")
            }
        }
        return drafts
    }

    private static let members: Set<String> = ["type", "subject", "data", "time"]

    private static func draft(
        _ event: JSON, cause: String?, _ context: ReactorContext
    ) throws(Refused) -> EventDraft {
        guard let object = event.objectValue else { throw Refused(reason: "is no object") }
        if let stranger = object.keys.first(where: { !members.contains($0) }) {
            throw Refused(
                reason: "has the key \(Excerpt.of(Array(stranger.utf8))); there can be type, subject, data and time")
        }
        guard let data = object["data"], data.objectValue != nil else {
            throw Refused(reason: "has no \"data\" that is an object")
        }
        guard let subject = object["subject"]?.stringValue, !subject.isEmpty else {
            throw Refused(reason: "has no \"subject\"")
        }
        return EventDraft(
            type: try type(object["type"]), source: "/reactors/\(context.reactor)", subject: subject,
            id: context.ids.next(), time: try time(object["time"]) ?? context.now, causation: cause, data: data)
    }

    private static func type(_ value: JSON?) throws(Refused) -> String {
        guard let type = value?.stringValue, EventType.isWellFormed(type) else {
            throw Refused(reason: "has no \"type\" of the form family.what, in small letters, digits and hyphens")
        }
        let family = String(type.prefix { $0 != "." })
        guard !EventType.ownFamilies.contains(family) else {
            throw Refused(reason: "is of type \(type), and the family \(family) is Daybook's own; choose another")
        }
        return type
    }

    private static func time(_ value: JSON?) throws(Refused) -> Timestamp? {
        guard let value else { return nil }
        guard let time = value.stringValue.flatMap({ Timestamp($0) }) else {
            throw Refused(reason: "has a \"time\" that is no RFC 3339 time")
        }
        return time
    }
}
