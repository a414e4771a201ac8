// Writes an event's line: the keys in their fixed order, no spaces, data in canonical form.

import CanonicalJSON

/// A draft whose data has been written and hashed, which needs no lock, so that little is left to do under it.
struct PreparedDraft: Sendable {
    let draft: EventDraft
    let stream: StreamID
    let data: [UInt8]
    let digest: Digest

    init(_ draft: EventDraft) throws(LogError) {
        try Self.check(draft)
        self.draft = draft
        stream = draft.stream
        data = draft.data.canonicalBytes
        digest = Digest.sha256(data)
    }

    private static func check(_ draft: EventDraft) throws(LogError) {
        func refuse(_ reason: String) -> LogError {
            .invalidEvent("the event \(draft.id) (\(draft.type) of \(draft.subject)) cannot be appended: \(reason)")
        }
        guard EventType.isValid(draft.type) else {
            throw refuse("its type must be FAMILY.NAME in lower-case letters, digits and hyphens")
        }
        guard !draft.subject.isEmpty else { throw refuse("its subject is empty") }
        guard !draft.source.isEmpty else { throw refuse("its source is empty") }
        guard draft.causation?.isEmpty != true else { throw refuse("its causation is empty; leave it out instead") }
        guard draft.evidence?.isEmpty != true else { throw refuse("its evidence is empty; leave it out instead") }
        guard draft.schema >= 1 else { throw refuse("its schema number is not positive") }
        guard draft.id.number >= 1 else { throw refuse("numbers within a run start at 1") }
        guard case .object = draft.data else { throw refuse("its data is not a JSON object") }
    }
}

enum EventType {
    /// `family.name`: two or more parts between dots, each of `a-z`, `0-9` and `-`.
    static func isValid(_ type: String) -> Bool { isValid(utf8: Array(type.utf8)) }

    static func isValid(utf8: [UInt8]) -> Bool {
        let parts = utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count >= 2 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(isLetter) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }
}

enum LineWriter {
    /// The longest line, without its newline: 1 MiB.
    static let lineMax = 1 << 20

    /// Appends the line and its newline.
    static func write(
        _ event: PreparedDraft, sequence: UInt64, time: Timestamp, recorded: Timestamp, revision: Int,
        into out: inout [UInt8]
    ) {
        let draft = event.draft
        out += #"{"specversion":"1.0","sequence":""#.utf8
        writeSequence(sequence, into: &out)
        out += #"","type":"#.utf8
        JSON.writeString(draft.type, into: &out)
        out += #","source":"#.utf8
        JSON.writeString(draft.source, into: &out)
        out += #","subject":"#.utf8
        JSON.writeString(draft.subject, into: &out)
        out += #","id":""#.utf8
        out += draft.id.run.utf8
        out.append(UInt8(ascii: "."))
        out += String(draft.id.number).utf8
        out += #"","time":""#.utf8
        time.append(to: &out)
        if recorded != time {
            out += #"","recordedtime":""#.utf8
            recorded.append(to: &out)
        }
        out += #"","revision":"#.utf8
        out += String(revision).utf8
        writeOptional(#","causationid":"#, draft.causation, into: &out)
        writeOptional(#","evidence":"#, draft.evidence, into: &out)
        out += #","dataschema":"daybook:"#.utf8
        out += draft.type.utf8
        out.append(UInt8(ascii: "/"))
        out += String(draft.schema).utf8
        out += #"","data":"#.utf8
        out += event.data
        out += "}\n".utf8
    }

    /// 20 digits, zero-padded: sequences sort as text.
    static func writeSequence(_ sequence: UInt64, into out: inout [UInt8]) {
        let start = out.count
        out.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 20))
        var rest = sequence
        var place = start + 19
        while rest > 0 {
            out[place] += UInt8(rest % 10)
            rest /= 10
            place -= 1
        }
    }

    private static func writeOptional(_ key: String, _ value: String?, into out: inout [UInt8]) {
        guard let value else { return }
        out += key.utf8
        JSON.writeString(value, into: &out)
    }
}

/// A sequence as the log writes it.
func padded(_ sequence: UInt64) -> String {
    var digits: [UInt8] = []
    LineWriter.writeSequence(sequence, into: &digits)
    return String(decoding: digits, as: UTF8.self)
}
