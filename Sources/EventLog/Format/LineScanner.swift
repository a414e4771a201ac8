// Finds an event line's fields in place, in one forward scan: nothing is copied, decoded or allocated.

import Glibc

/// A range of bytes within a line. No field starts at 0, so an empty range there stands for "absent".
struct Field: Sendable {
    var start: UInt32 = 0
    var end: UInt32 = 0

    var isAbsent: Bool { end == 0 }
    var count: Int { Int(end - start) }
}

/// Where the fields of one line lie, counted from the line's first byte. Strings without their quotes, still escaped.
struct LineLayout: Sendable {
    var sequence: UInt64 = 0
    var revision = 0
    var type = Field()
    var source = Field()
    var subject = Field()
    var id = Field()
    var time = Field()
    var recordedTime = Field()
    var causation = Field()
    var evidence = Field()
    var schema = Field()
    var data = Field()
    /// Some string field holds a backslash, so that its bytes are not its value.
    var isEscaped = false
}

struct LineScanner {
    private let line: UnsafeRawPointer
    private let count: Int
    private var at = 0

    /// The layout of a line (without its newline), or nil where it is not in the log's form.
    static func scan(_ line: UnsafeRawBufferPointer) -> LineLayout? {
        guard let base = line.baseAddress else { return nil }
        var scanner = LineScanner(line: base, count: line.count)
        return scanner.layout()
    }

    private init(line: UnsafeRawPointer, count: Int) {
        self.line = line
        self.count = count
    }

    private mutating func layout() -> LineLayout? {
        var layout = LineLayout()
        guard literal(#"{"specversion":"1.0","sequence":""#), let sequence = digits(exactly: 20),
            literal(#"","type":""#), let type = string(),
            literal(#","source":""#), let source = string(),
            literal(#","subject":""#), let subject = string(),
            literal(#","id":""#), let id = string(),
            literal(#","time":""#), let time = string()
        else { return nil }
        if literal(#","recordedtime":""#) {
            guard let recorded = string() else { return nil }
            layout.recordedTime = recorded
        }
        // Up to 15 digits: a number of JSON that every reader keeps whole.
        guard literal(#","revision":"#), let revision = digits(atMost: 15) else { return nil }
        if literal(#","causationid":""#) {
            guard let causation = string() else { return nil }
            layout.causation = causation
        }
        if literal(#","evidence":""#) {
            guard let evidence = string() else { return nil }
            layout.evidence = evidence
        }
        guard literal(#","dataschema":""#), let schema = string(), literal(#","data":"#), let data = dataToEnd()
        else { return nil }
        layout.sequence = sequence
        layout.revision = Int(revision)
        layout.type = type
        layout.source = source
        layout.subject = subject
        layout.id = id
        layout.time = time
        layout.schema = schema
        layout.data = data
        // Before the data, a backslash can only be in one of the strings.
        layout.isEscaped = memchr(line, 0x5C, Int(data.start)) != nil
        return layout
    }

    @inline(__always)
    private mutating func literal(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard at + length <= count, memcmp(line + at, text.utf8Start, length) == 0 else { return false }
        at += length
        return true
    }

    /// Up to and over the closing quote.
    private mutating func string() -> Field? {
        let start = at
        while let quote = memchr(line + at, 0x22, count - at) {
            let end = line.distance(to: UnsafeRawPointer(quote))
            at = end + 1
            var slashes = 0
            while end - slashes > start, line.load(fromByteOffset: end - slashes - 1, as: UInt8.self) == 0x5C {
                slashes += 1
            }
            if slashes % 2 == 0 { return Field(start: UInt32(start), end: UInt32(end)) }
        }
        return nil
    }

    private mutating func digits(exactly length: Int) -> UInt64? {
        guard at + length <= count else { return nil }
        var value: UInt64 = 0
        for index in 0..<length {
            let digit = line.load(fromByteOffset: at, as: UInt8.self) &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            if index < 19 {
                // So many digits always fit.
                value = value &* 10 &+ UInt64(digit)
                at += 1
                continue
            }
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, over) = product.addingReportingOverflow(UInt64(digit))
            guard !tooLarge, !over else { return nil }
            value = sum
            at += 1
        }
        return value
    }

    private mutating func digits(atMost length: Int) -> UInt64? {
        var end = at
        while end < count, end - at <= length,
            line.load(fromByteOffset: end, as: UInt8.self) &- UInt8(ascii: "0") < 10
        {
            end += 1
        }
        guard end > at, end - at <= length, line.load(fromByteOffset: at, as: UInt8.self) != UInt8(ascii: "0")
        else { return nil }
        return digits(exactly: end - at)
    }

    /// Data is everything up to the brace that ends the line; what lies within is the writer's (and `log verify`'s) to mind.
    private func dataToEnd() -> Field? {
        guard at + 3 <= count, line.load(fromByteOffset: at, as: UInt8.self) == UInt8(ascii: "{"),
            line.load(fromByteOffset: count - 1, as: UInt8.self) == UInt8(ascii: "}"),
            line.load(fromByteOffset: count - 2, as: UInt8.self) == UInt8(ascii: "}")
        else { return nil }
        return Field(start: UInt32(at), end: UInt32(count - 1))
    }
}
