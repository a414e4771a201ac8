// An event read where it lies, in a batch's inflated bytes.

import CLinux
import CanonicalJSON
import Glibc

/// Bytes of a field, in place. Valid as long as the view it came from.
public struct Bytes {
    public let raw: UnsafeRawBufferPointer

    public init(_ raw: UnsafeRawBufferPointer) { self.raw = raw }

    public var count: Int { raw.count }
    public var string: String { String(decoding: raw, as: UTF8.self) }

    public static func == (left: Bytes, right: StaticString) -> Bool {
        left.raw.count == right.utf8CodeUnitCount && left.starts(with: right.utf8Start, right.utf8CodeUnitCount)
    }

    public static func == (left: Bytes, right: Bytes) -> Bool {
        guard let base = right.raw.baseAddress else { return left.raw.isEmpty }
        return left.raw.count == right.raw.count && left.starts(with: base, right.raw.count)
    }

    /// Compares UTF-8, not characters.
    public static func == (left: Bytes, right: String) -> Bool {
        left.raw.count == right.utf8.count && left.raw.elementsEqual(right.utf8)
    }

    public func hasPrefix(_ prefix: StaticString) -> Bool {
        raw.count >= prefix.utf8CodeUnitCount && starts(with: prefix.utf8Start, prefix.utf8CodeUnitCount)
    }

    public func hasPrefix(_ prefix: String) -> Bool {
        raw.count >= prefix.utf8.count && raw.starts(with: prefix.utf8)
    }

    /// Whether the text stands anywhere in it.
    package func contains(_ text: StaticString) -> Bool {
        raw.baseAddress.map { memmem($0, raw.count, text.utf8Start, text.utf8CodeUnitCount) != nil } ?? false
    }

    private func starts(with other: UnsafeRawPointer, _ count: Int) -> Bool {
        guard let base = raw.baseAddress else { return count == 0 }
        return memcmp(base, other, count) == 0
    }
}

/// One event's fields, in place. Valid only inside the closure that it is handed to; `owned()` copies it out.
public struct EventView {
    let lineBase: UnsafeRawPointer
    let lineLength: Int
    /// Where the string fields' ranges count from: the line itself, or a copy with its escapes resolved.
    let strings: UnsafeRawPointer
    let layout: LineLayout

    /// The whole line without its newline.
    public var line: Bytes { Bytes(UnsafeRawBufferPointer(start: lineBase, count: lineLength)) }
    public var sequence: UInt64 { layout.sequence }
    public var revision: Int { layout.revision }
    public var type: Bytes { bytes(layout.type) }
    public var source: Bytes { bytes(layout.source) }
    public var subject: Bytes { bytes(layout.subject) }
    public var id: Bytes { bytes(layout.id) }
    public var time: Bytes { bytes(layout.time) }
    /// The line's `recordedtime`, or `time` where it is left out.
    public var recordedTime: Bytes { bytes(layout.recordedTime.isAbsent ? layout.time : layout.recordedTime) }
    public var causation: Bytes? { layout.causation.isAbsent ? nil : bytes(layout.causation) }
    public var evidence: Bytes? { layout.evidence.isAbsent ? nil : bytes(layout.evidence) }
    public var dataSchema: Bytes { bytes(layout.schema) }

    /// The type before its first dot.
    public var family: Bytes {
        let type = type.raw
        guard let base = type.baseAddress, let dot = memchr(base, 0x2E, type.count) else { return Bytes(type) }
        return Bytes(UnsafeRawBufferPointer(rebasing: type[..<base.distance(to: UnsafeRawPointer(dot))]))
    }

    /// Canonical JSON, an object.
    public var data: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: lineBase + Int(layout.data.start), count: layout.data.count)
    }

    /// When it was observed.
    public var observed: Timestamp { Timestamp(bytes: time.raw) ?? Timestamp(millisecondsSinceEpoch: 0) }
    /// When it was appended.
    public var recorded: Timestamp { Timestamp(bytes: recordedTime.raw) ?? Timestamp(millisecondsSinceEpoch: 0) }
    public var stream: StreamID { StreamID(family: family.string, subject: subject.string) }

    public func dataJSON() throws(JSONError) -> JSON { try JSON.parse(data) }

    /// A copy that outlives the closure. Data that is no JSON, which only a forged log holds and `verify` finds, becomes `{}`.
    public func owned() -> Event {
        Event(
            sequence: sequence, type: type.string, source: source.string, subject: subject.string, id: id.string,
            time: observed, recordedTime: recorded, revision: revision, causation: causation?.string,
            evidence: evidence?.string, dataSchema: dataSchema.string, data: (try? dataJSON()) ?? .object(JSONObject()),
            line: line.string)
    }

    private func bytes(_ field: Field) -> Bytes {
        Bytes(UnsafeRawBufferPointer(start: strings + Int(field.start), count: field.count))
    }
}

extension EventView {
    /// Hands `body` the view of a line that was scanned before; escaped strings are resolved into a copy first.
    static func with<R>(
        _ line: UnsafeRawBufferPointer, _ layout: LineLayout, _ body: (EventView) throws -> R
    ) rethrows -> R? {
        guard let base = line.baseAddress else { return nil }
        if !layout.isEscaped {
            return try body(EventView(lineBase: base, lineLength: line.count, strings: base, layout: layout))
        }
        var resolved = layout
        var copy: [UInt8] = [0]
        for field in [
            \LineLayout.type, \.source, \.subject, \.id, \.time, \.recordedTime, \.causation, \.evidence, \.schema,
        ] {
            let range = layout[keyPath: field]
            guard !range.isAbsent else { continue }
            let quoted = UnsafeRawBufferPointer(rebasing: line[Int(range.start) - 1..<Int(range.end) + 1])
            let start = copy.count
            if let text = try? JSON.parse(quoted).stringValue { copy += text.utf8 } else { copy += quoted }
            resolved[keyPath: field] = Field(start: UInt32(start), end: UInt32(copy.count))
        }
        return try copy.withUnsafeBytes { strings in
            guard let strings = strings.baseAddress else { return nil }
            return try body(EventView(lineBase: base, lineLength: line.count, strings: strings, layout: resolved))
        }
    }
}
