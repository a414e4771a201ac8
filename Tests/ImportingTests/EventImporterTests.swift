import CanonicalJSON
import EventLog
import Testing

@testable import Importing

@Suite("Importing events")
struct EventImporterTests {
    private static let now = Timestamp(millisecondsSinceEpoch: 1_795_000_000_000)

    private func draft(_ line: String, trusted: Bool = false) throws -> EventDraft? {
        var importer = EventImporter(user: "ada", isTrusted: trusted, now: { EventImporterTests.now })
        return try importer.draft(from: Array(line.utf8))?.event
    }

    @Test("type, subject and data are enough; source, id and time are given")
    func least() throws {
        let draft = try #require(try draft(#"{"type":"session.observed","subject":"load/1","data":{"n":1}}"#))
        #expect(draft.type == "session.observed" && draft.subject == "load/1" && draft.source == "/import/ada")
        #expect(draft.id.number == 1 && draft.time == EventImporterTests.now && draft.schema == 1)
        #expect(draft.data == ["n": 1])
    }

    @Test("time, cause, evidence, schema and an id of our form are kept; the source is not")
    func kept() throws {
        let id = "018f3a5c-0000-7000-8000-000000000001.7"
        let line = """
            {"specversion":"1.0","sequence":"00000000000000000009","type":"session.observed","source":"/watches/x",\
            "subject":"x/1","id":"\(id)","time":"2018-11-26T10:00:00.5Z","revision":4,"causationid":"c.1",\
            "evidence":"git:abc:path","dataschema":"daybook:session.observed/3","data":{}}
            """
        let draft = try #require(try draft(line))
        #expect(draft.id.description == id && draft.source == "/import/ada" && draft.schema == 3)
        #expect(draft.time.description == "2018-11-26T10:00:00.500Z")
        #expect(draft.causation == "c.1" && draft.evidence == "git:abc:path")
    }

    @Test("ids count within one import, over foreign ids and empty lines")
    func ids() throws {
        var importer = EventImporter(user: "ada", isTrusted: false, now: { EventImporterTests.now })
        let lines = [
            "", #"{"id":"order-17","type":"item.observed","subject":"a/1","data":{}}"#, "  ",
            #"{"type":"item.observed","subject":"a/2","data":{}}"#,
        ]
        let drafts = try lines.compactMap { try importer.draft(from: Array($0.utf8))?.event }
        #expect(drafts.map(\.id.number) == [1, 2])
        #expect(drafts[0].id.run == drafts[1].id.run)
        #expect(importer.lineNumber == 4)
    }

    @Test(
        "what cannot be taken is refused with its reason",
        arguments: [
            (#"{"type":"#, "not JSON"), ("[]", "not an object"), (#"{"subject":"a","data":{}}"#, #""type" is missing"#),
            (#"{"type":"session","subject":"a","data":{}}"#, "FAMILY.WHAT"),
            (#"{"type":"Session.Observed","subject":"a","data":{}}"#, "FAMILY.WHAT"),
            (#"{"type":"\#(String(repeating: "X", count: 1_000))","subject":"a","data":{}}"#, "X…\""),
            (#"{"type":"session.observed","data":{}}"#, #""subject" is missing"#),
            (#"{"type":"session.observed","subject":"","data":{}}"#, #""subject" is not a text"#),
            (#"{"type":"session.observed","subject":"a"}"#, #""data" is missing"#),
            (#"{"type":"session.observed","subject":"a","data":[]}"#, #""data" is not an object"#),
            (#"{"type":"session.observed","subject":"a","data":{},"time":"today"}"#, "not an RFC 3339 time"),
            (#"{"type":"session.observed","subject":"a","data":{"n":12345678901234567890}}"#, "would lose digits"),
            (#"{"type":"notification.delivered","subject":"a","data":{}}"#, "--trusted"),
        ])
    func refused(line: String, reason: String) {
        #expect { try draft(line) } throws: { error in
            guard case .refused(1, let said)? = error as? ImportError else { return false }
            return said.contains(reason)
        }
    }

    @Test("decisions and effects are taken from a daybook that is trusted")
    func trusted() throws {
        #expect(try draft(#"{"type":"notification.delivered","subject":"a","data":{}}"#, trusted: true) != nil)
    }
}
