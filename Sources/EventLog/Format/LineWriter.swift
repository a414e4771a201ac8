// Writes an event's line: the keys in their fixed order, no spaces, data in canonical form.

import CanonicalJSON
import Dispatch
import Synchronization

/// A draft of which all that needs no lock has been written and hashed, so that little is left to do under it.
struct PreparedDraft: Sendable {
    let type: String
    let id: EventID
    /// When it was observed, as its draft has it.
    let time: Timestamp
    let stream: StreamID
    /// SHA-256 of the canonical data.
    let digest: Digest
    /// The line but for what the log gives: from the type to the time's opening quote, then from behind the revision to the end.
    let text: [UInt8]
    /// Where the second part begins.
    let split: Int

    init(_ draft: EventDraft) throws(LogError) {
        try Self.check(draft)
        type = draft.type
        id = draft.id
        time = draft.time
        stream = draft.stream
        var text: [UInt8] = []
        text.reserveCapacity(1024)
        LineWriter.writeHead(draft, into: &text)
        split = text.count
        LineWriter.writeTail(draft, into: &text)
        let start = text.count
        draft.data.write(into: &text)
        digest = text.withUnsafeBytes { Digest.sha256(UnsafeRawBufferPointer(rebasing: $0[start...])) }
        text.append(UInt8(ascii: "}"))
        text.append(0x0A)
        self.text = text
    }

    /// So many are worth the work of several cores.
    private static let sharedMin = 64

    static func all(_ drafts: [EventDraft]) throws(LogError) -> [PreparedDraft] {
        guard drafts.count >= sharedMin else { return try some(drafts[...]) }
        let size = sharedMin / 2
        let parts = Mutex([Result<[PreparedDraft], LogError>?](repeating: nil, count: (drafts.count + size - 1) / size))
        DispatchQueue.concurrentPerform(iterations: (drafts.count + size - 1) / size) { index in
            let part: Result<[PreparedDraft], LogError>
            do throws(LogError) {
                part = .success(try some(drafts[index * size..<min((index + 1) * size, drafts.count)]))
            } catch {
                part = .failure(error)
            }
            parts.withLock { $0[index] = part }
        }
        var prepared: [PreparedDraft] = []
        prepared.reserveCapacity(drafts.count)
        for part in parts.withLock({ $0 }) { prepared += try part?.get() ?? [] }
        return prepared
    }

    private static func some(_ drafts: ArraySlice<EventDraft>) throws(LogError) -> [PreparedDraft] {
        var prepared: [PreparedDraft] = []
        prepared.reserveCapacity(drafts.count)
        for draft in drafts { prepared.append(try PreparedDraft(draft)) }
        return prepared
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
        guard draft.data.isNested(within: JSON.depthMax - 1) else {
            throw refuse("its data is nested deeper than \(JSON.depthMax - 1), and its line could not be read back")
        }
    }
}

enum EventType {
    /// `family.name`: two or more parts between dots, each of `a-z`, `0-9` and `-`.
    static func isValid(_ type: String) -> Bool { isValid(utf8: type.utf8) }

    static func isValid(utf8: some Sequence<UInt8>) -> Bool {
        var dots = 0
        var isAtStart = true
        for byte in utf8 {
            let isDot = byte == UInt8(ascii: ".")
            guard isDot ? !isAtStart : isLetter(byte) else { return false }
            if isDot { dots += 1 }
            isAtStart = isDot
        }
        return dots >= 1 && !isAtStart
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

    /// How many bytes its line, with the newline, may take at most: what the log gives takes less than 160.
    static func sizeMax(of event: PreparedDraft) -> Int { event.text.count + 160 }

    /// Appends the line and its newline.
    static func write(
        _ event: PreparedDraft, sequence: UInt64, time: Timestamp, recorded: Timestamp, revision: Int,
        into out: inout [UInt8]
    ) {
        write(#"{"specversion":"1.0","sequence":""#, into: &out)
        writeSequence(sequence, into: &out)
        out += event.text[..<event.split]
        time.append(to: &out)
        if recorded != time {
            write(#"","recordedtime":""#, into: &out)
            recorded.append(to: &out)
        }
        write(#"","revision":"#, into: &out)
        writeNumber(revision, into: &out)
        out += event.text[event.split...]
    }

    fileprivate static func writeHead(_ draft: EventDraft, into out: inout [UInt8]) {
        write(#"","type":"#, into: &out)
        JSON.writeString(draft.type, into: &out)
        write(#","source":"#, into: &out)
        JSON.writeString(draft.source, into: &out)
        write(#","subject":"#, into: &out)
        JSON.writeString(draft.subject, into: &out)
        write(#","id":""#, into: &out)
        out += draft.id.run.utf8
        out.append(UInt8(ascii: "."))
        writeNumber(draft.id.number, into: &out)
        write(#"","time":""#, into: &out)
    }

    /// Everything between the revision and the data.
    fileprivate static func writeTail(_ draft: EventDraft, into out: inout [UInt8]) {
        writeOptional(#","causationid":"#, draft.causation, into: &out)
        writeOptional(#","evidence":"#, draft.evidence, into: &out)
        write(#","dataschema":"daybook:"#, into: &out)
        out += draft.type.utf8
        out.append(UInt8(ascii: "/"))
        writeNumber(draft.schema, into: &out)
        write(#"","data":"#, into: &out)
    }

    /// A copy of bytes that lie in the program; faster than taking a string's apart.
    private static func write(_ text: StaticString, into out: inout [UInt8]) {
        text.withUTF8Buffer { out += $0 }
    }

    private static func writeNumber(_ number: Int, into out: inout [UInt8]) {
        out += String(number).utf8
    }

    /// 20 digits, zero-padded: sequences sort as text.
    static func writeSequence(_ sequence: UInt64, into out: inout [UInt8]) {
        withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { digits in
            var rest = sequence
            for place in stride(from: 19, through: 0, by: -1) {
                digits[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            out += digits
        }
    }

    private static func writeOptional(_ key: StaticString, _ value: String?, into out: inout [UInt8]) {
        guard let value else { return }
        write(key, into: &out)
        JSON.writeString(value, into: &out)
    }
}

/// A sequence as the log writes it.
func padded(_ sequence: UInt64) -> String {
    var digits: [UInt8] = []
    LineWriter.writeSequence(sequence, into: &digits)
    return String(decoding: digits, as: UTF8.self)
}
