import CanonicalJSON
import EventLog
import Testing

@testable import Reactors

private let badType = #"has no "type" of the form family.what, in small letters, digits and hyphens"#

@Suite("The events in a program's answer")
struct ProgramEventsTests {
    /// Drafts of these events, or why there are none.
    private func read(_ events: JSON) throws -> Result<[EventDraft], ProgramEvents.Refused> {
        let now = Timestamp(millisecondsSinceEpoch: 1_795_255_320_000)
        let context = ReactorContext(
            reactor: "sync", key: "7-abc", attempt: 1, isLate: false, now: now, ids: EventIDs(at: now))
        do throws(ProgramEvents.Refused) {
            return .success(try ProgramEvents.drafts(events.arrayValue ?? [], cause: "018f-cause", in: context))
        } catch {
            return .failure(error)
        }
    }

    @Test("are the reactor's, caused by the change's event, at their own time or now")
    func drafts() throws {
        let drafts = try read([
            ["type": "ticket.opened", "subject": "w/A", "data": ["number": 12]],
            ["type": "ticket.x-1.seen", "subject": "t", "data": [:], "time": "2026-01-02T03:04:05Z"],
        ]).get()
        #expect(drafts.map(\.type) == ["ticket.opened", "ticket.x-1.seen"])
        #expect(drafts.allSatisfy { $0.source == "/reactors/sync" && $0.causation == "018f-cause" })
        #expect(drafts.map(\.time.description) == ["2026-11-21T10:02:00.000Z", "2026-01-02T03:04:05.000Z"])
        #expect(drafts[0].data == ["number": 12] && drafts[0].id != drafts[1].id)
    }

    @Test(
        "are refused as a whole where one is not as it has to be",
        arguments: [
            (#""x""#, "is no object"), (#"{"subject":"s","data":{}}"#, badType),
            (#"{"type":"Ticket.opened","subject":"s","data":{}}"#, badType),
            (#"{"type":"ticket","subject":"s","data":{}}"#, badType),
            (#"{"type":7,"subject":"s","data":{}}"#, badType),
            (#"{"type":"a.b","data":{}}"#, #"has no "subject""#),
            (#"{"type":"a.b","subject":"","data":{}}"#, #"has no "subject""#),
            (#"{"type":"a.b","subject":"s"}"#, #"has no "data" that is an object"#),
            (#"{"type":"a.b","subject":"s","data":[]}"#, #"has no "data" that is an object"#),
            (#"{"type":"a.b","subject":"s","data":{},"time":"today"}"#, #"has a "time" that is no RFC 3339 time"#),
            (
                #"{"type":"a.b","subject":"s","data":{},"source":"/me"}"#,
                #"has the key "source"; there can be type, subject, data and time"#
            ),
        ])
    func refusals(event: String, reason: String) throws {
        let refused = try read(JSON.parse(#"[{"type":"a.b","subject":"s","data":{}},\#(event)]"#))
        guard case .failure(let error) = refused else {
            Issue.record("\(event) was taken")
            return
        }
        #expect(error.reason == "the program's answer was done, but event 2 of it \(reason); nothing was appended")
    }

    @Test(
        "are of no family of Daybook's own, now or later",
        arguments: [
            "session.observed", "item.absent", "run.completed", "config.applied", "reactor.started",
            "notification.delivered", "stock.observed", "user.observed", "submission.decided", "extension.assigned",
            "crawl.requested", "post.observed", "download.wanted", "alarm.changed", "export.written",
            "evidence.dropped",
            "page.observed",
        ])
    func families(type: String) throws {
        guard case .failure(let error) = try read([["type": .string(type), "subject": "s", "data": [:]]]) else {
            Issue.record("\(type) was taken")
            return
        }
        let family = type.prefix { $0 != "." }
        #expect(error.reason.contains("is of type \(type), and the family \(family) is Daybook's own; choose another"))
    }
}
