// An event's line: its one form, and finding fields in it.

import CanonicalJSON
import Foundation
import Testing

@testable import EventLog

struct LineTests {
    private static let run = RunID("0195f3a0-0000-7000-8000-000000000001")

    private func write(
        _ subject: String = "w/a", recorded: Timestamp = noon, causation: String? = nil, evidence: String? = nil,
        data: JSON = ["b": 1, "a": "ü"]
    ) throws -> String {
        let run = try #require(Self.run)
        let draft = EventDraft(
            type: "session.observed", source: "/watches/w", subject: subject, id: EventID(run: run, number: 12),
            time: noon,
            causation: causation, evidence: evidence, schema: 2, data: data)
        var out: [UInt8] = []
        LineWriter.write(
            try PreparedDraft(draft), sequence: 42, time: noon, recorded: recorded, revision: 3, into: &out)
        return String(decoding: out, as: UTF8.self)
    }

    private func scan<R>(_ line: String, _ body: (EventView) throws -> R) rethrows -> R? {
        let bytes = Array(line.utf8.dropLast())
        return try bytes.withUnsafeBytes { raw in
            guard let layout = LineScanner.scan(raw) else { return nil }
            return try EventView.with(raw, layout, body)
        }
    }

    @Test("keys stand in their order, without spaces, data in canonical form")
    func exactLine() throws {
        let line = try write(recorded: noon.adding(seconds: 1.5), causation: "r.1", evidence: "sha256:ab")
        #expect(
            line == """
                {"specversion":"1.0","sequence":"00000000000000000042","type":"session.observed","source":"/watches/w",\
                "subject":"w/a","id":"0195f3a0-0000-7000-8000-000000000001.12","time":"2026-11-21T12:00:00.000Z",\
                "recordedtime":"2026-11-21T12:00:01.500Z","revision":3,"causationid":"r.1","evidence":"sha256:ab",\
                "dataschema":"daybook:session.observed/2","data":{"a":"ü","b":1}}

                """)
    }

    @Test("recordedtime is left out when it equals time, and then read as time")
    func recordedTime() throws {
        let line = try write()
        #expect(!line.contains("recordedtime"))
        #expect(scan(line) { $0.recorded } == noon)
    }

    @Test("fields are found in place")
    func fields() throws {
        let line = try write(causation: "r.1")
        let found = scan(line) { event in
            #expect(event.sequence == 42 && event.revision == 3)
            #expect(event.type == "session.observed" && event.family == "session" && event.subject == "w/a")
            #expect(event.source == "/watches/w" && event.source.hasPrefix("/watches/"))
            #expect(event.causation?.string == "r.1" && event.evidence == nil)
            #expect(event.dataSchema == "daybook:session.observed/2")
            #expect((try? event.dataJSON()) == ["a": "ü", "b": 1])
            #expect(event.observed == noon)
            return event.owned()
        }
        #expect(found?.line == String(line.dropLast()))
    }

    @Test(
        "a subject with quotes, backslashes and controls reads back as it was",
        arguments: ["a\"b", "a\\", "\\\"", "line\nbreak", "e\u{301}", "🗓\u{0}"])
    func escapes(subject: String) throws {
        let line = try write(subject, causation: subject)
        #expect(!line.dropLast().contains("\n"))
        let back = scan(line) { [$0.subject.string, $0.causation?.string ?? "", $0.type.string] }
        #expect(back?.map { Array($0.utf8) } == [subject, subject, "session.observed"].map { Array($0.utf8) })
    }

    @Test("what is not in the log's form is refused whole")
    func refused() throws {
        let line = try write(evidence: "sha256:ab")
        #expect(scan(line) { _ in true } == true)
        for (from, to) in [
            ("\"1.0\"", "\"1.1\""), ("00042\"", "0042\""), (",\"type\"", ", \"type\""),
            ("\"revision\":3", "\"revision\":03"),
            ("\"revision\":3", "\"revision\":\"3\""), ("\"source\":", "\"sauce\":"), ("}}", "}"),
            ("\"data\":{", "\"data\":["),
        ] {
            let other = line.replacingOccurrences(of: from, with: to)
            #expect(other != line && scan(other) { _ in true } == nil, "\(to)")
        }
        for length in 0..<line.utf8.count - 1 {
            let cut = String(decoding: Array(line.utf8)[..<length], as: UTF8.self) + "\n"
            #expect(scan(cut) { _ in true } == nil, "\(length)")
        }
    }

    @Test(
        "times are read with any offset and cut to milliseconds",
        arguments: [
            ("2026-11-21T10:02:03.456Z", "2026-11-21T10:02:03.456Z"),
            ("2026-11-21T10:02:03Z", "2026-11-21T10:02:03.000Z"),
            ("2026-11-21T10:02:03.4567899+01:30", "2026-11-21T08:32:03.456Z"),
            ("2026-11-21t10:02:03.4z", "2026-11-21T10:02:03.400Z"),
            ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
            ("2024-02-29T00:00:00-08:00", "2024-02-29T08:00:00.000Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"),
            ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
            ("1900-03-01T00:00:00Z", "1900-03-01T00:00:00.000Z"),
        ])
    func times(text: String, canonical: String) {
        #expect(Timestamp(text)?.description == canonical)
    }

    @Test(
        "what is not a time is not read as one",
        arguments: [
            "", "2026-11-21", "2026-11-21T10:02:03", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+1:00", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00Zz",
            "0000-01-01T00:00:00+01:00",
        ])
    func notTimes(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test("ids are read strictly")
    func ids() throws {
        let time = Timestamp(millisecondsSinceEpoch: 1_513_872_000_000)
        let derived = RunID.derived(from: [1, 2, 3], at: time)
        #expect(derived == RunID.derived(from: [1, 2, 3], at: time) && RunID(derived.description) == derived)
        #expect(derived != RunID.derived(from: [1, 2, 4], at: time))
        // A UUID of version 7: the milliseconds first.
        #expect(derived.description.hasPrefix("016079cd-8400-7") && derived.description.utf8.count == 36)
        let run = RunID.make()
        #expect(RunID(run.description) == run)
        #expect(EventID("\(run).17") == EventID(run: run, number: 17))
        for wrong in ["\(run)", "\(run).", "\(run).0", "\(run).01", "\(run).x", "\(run).99999999999999999999", "x.1"] {
            #expect(EventID(wrong) == nil, "\(wrong)")
        }
        #expect(RunID(run.description.uppercased()) == nil || run.description.uppercased() == run.description)
        let version = Array(run.description.utf8)[14]
        #expect(version == UInt8(ascii: "7"))
    }

    @Test("streams are compared by bytes")
    func streams() {
        let composed = StreamID(family: "item", subject: "caf\u{E9}")
        let decomposed = StreamID(family: "item", subject: "cafe\u{301}")
        #expect(composed.subject == decomposed.subject)
        #expect(composed != decomposed)
        #expect(StreamID(type: "item.observed", subject: "a") == StreamID(family: "item", subject: "a"))
    }

    @Test("digests and their texts")
    func digests() {
        let digest = Digest.sha256(Array("abc".utf8))
        #expect(digest.hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(Digest(reference: digest.reference) == digest && Digest(hex: digest.hex) == digest)
        #expect(Digest(hex: digest.hex.uppercased()) == nil && Digest(reference: digest.hex) == nil)
    }

    // MARK: Its form, seen in place

    private func form(_ line: [UInt8]) -> (plain: LineForm?, written: LineForm?)? {
        line.withUnsafeBytes { raw in
            guard let layout = LineScanner.scan(raw) else { return nil }
            return EventView.with(raw, layout) { (LineForm.plain($0), try? LineForm.written($0)) }
        }
    }

    @Test("a usual line is seen to be in its form, with what it says, without being written anew")
    func plainForm() throws {
        for line in [
            try write(), try write(recorded: noon.adding(seconds: 1), causation: "r.1", evidence: "sha256:ab"),
            try write(data: ["price": ["amount": 23.5, "currency": "USD"], "title": "\"So\" \\ ö\n"]),
        ] {
            let found = try #require(form(Array(line.utf8.dropLast())))
            let written = try #require(found.written)
            #expect(found.plain == written && written.time == noon && written.id.number == 12)
        }
    }

    @Test(
        "a line with an escape outside of its data is in its form all the same", arguments: ["w/\"a\"", "w/ä", "w/\n"])
    func unusualSubject(subject: String) throws {
        let line = try write(subject)
        let found = try #require(form(Array(line.utf8.dropLast())))
        #expect(found.plain == nil && found.written != nil)
    }

    @Test("whichever bit of a line is another: what is seen to be in its form would be written so")
    func flippedForm() throws {
        let line = Array(
            try write(recorded: noon.adding(seconds: 1), causation: "r.1", evidence: "sha256:ab").utf8.dropLast())
        var seen = 0
        for place in line.indices {
            for bit in 0..<8 {
                var other = line
                other[place] ^= 1 << bit
                guard let found = form(other), let plain = found.plain else { continue }
                seen += 1
                #expect(plain == found.written, "bit \(bit) at \(place)")
            }
        }
        // In the middle of a text most other letters are letters too.
        #expect(seen > 100)
    }
}
