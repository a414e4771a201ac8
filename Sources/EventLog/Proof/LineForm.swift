// The one form of a line, seen in place where that is possible and found by writing the line anew where it is not.

import CanonicalJSON

/// What a line that is in its one right form says, as far as checking it in order needs it.
struct LineForm: Sendable, Equatable {
    let id: EventID
    let time: Timestamp
    let recorded: Timestamp

    struct Wrong: Error, CustomStringConvertible {
        var description: String
    }

    /// A line that is seen to be in its form without being taken apart; nil where it is not, or where that takes more.
    static func plain(_ event: EventView) -> LineForm? {
        guard !event.layout.isEscaped, EventType.isValid(utf8: event.type.raw), isPlain(event.source),
            isPlain(event.subject), event.causation.map(isPlain) ?? true, event.evidence.map(isPlain) ?? true,
            let id = EventID(bytes: event.id.raw), id.number >= 1,
            let time = Timestamp(bytes: event.time.raw), time.isWritten(event.time.raw),
            hasSchemaOfType(event), event.data.first == UInt8(ascii: "{"), JSON.isPlainlyCanonical(event.data)
        else { return nil }
        guard !event.layout.recordedTime.isAbsent else { return LineForm(id: id, time: time, recorded: time) }
        let raw = event.recordedTime.raw
        guard let recorded = Timestamp(bytes: raw), recorded != time, recorded.isWritten(raw) else { return nil }
        return LineForm(id: id, time: time, recorded: recorded)
    }

    /// A line has one form only: written anew from what it says, it must come out the same.
    static func written(_ event: EventView) throws -> LineForm {
        guard let id = EventID(event.id.string) else { throw Wrong(description: "the id is not RUN.N") }
        guard let time = Timestamp(bytes: event.time.raw) else { throw Wrong(description: "the time is not RFC 3339") }
        guard let recorded = Timestamp(bytes: event.recordedTime.raw) else {
            throw Wrong(description: "the recordedtime is not RFC 3339")
        }
        guard let schema = Int(event.dataSchema.string.split(separator: "/").last ?? "") else {
            throw Wrong(description: "the dataschema has no number")
        }
        let draft = EventDraft(
            type: event.type.string, source: event.source.string, subject: event.subject.string, id: id, time: time,
            causation: event.causation?.string, evidence: event.evidence?.string, schema: schema,
            data: try event.dataJSON())
        var line: [UInt8] = []
        LineWriter.write(
            try PreparedDraft(draft), sequence: event.sequence, time: time, recorded: recorded,
            revision: event.revision, into: &line)
        let isSame = line.withUnsafeBytes { Bytes(UnsafeRawBufferPointer(rebasing: $0.dropLast())) == event.line }
        guard isSame else { throw Wrong(description: "the line is not in canonical form") }
        return LineForm(id: id, time: time, recorded: recorded)
    }

    /// Visible ASCII and spaces, and some of it; backslashes and quotes have been looked for before.
    private static func isPlain(_ text: Bytes) -> Bool {
        text.count > 0 && text.raw.allSatisfy { $0 >= 0x20 && $0 < 0x80 }
    }

    /// `daybook:TYPE/N`.
    private static func hasSchemaOfType(_ event: EventView) -> Bool {
        let schema = event.dataSchema.raw
        let type = event.type.raw
        let start = 8 + type.count + 1
        guard event.dataSchema.hasPrefix("daybook:"), schema.count > start, schema.count <= start + 9,
            schema[start - 1] == UInt8(ascii: "/"), schema[start] != UInt8(ascii: "0"),
            Bytes(UnsafeRawBufferPointer(rebasing: schema[8..<start - 1])) == Bytes(type)
        else { return false }
        return schema[start...].allSatisfy { $0 &- UInt8(ascii: "0") < 10 }
    }
}

extension Timestamp {
    /// Whether these are the characters that it is written with.
    fileprivate func isWritten(_ raw: UnsafeRawBufferPointer) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 24, alignment: 8) { buffer in
            write(into: buffer)
            return Bytes(UnsafeRawBufferPointer(buffer)) == Bytes(raw)
        }
    }
}
