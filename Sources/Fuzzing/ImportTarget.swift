// The reader of somebody else's events: what it takes, the log can hold, and takes again as the same.

#if DEBUG

import CanonicalJSON
import Glibc
@testable import Importing

@testable import EventLog

/// Takes the bytes for a file that is given to `log import`.
@Sendable func checkImport(_ input: UnsafeRawBufferPointer) throws {
    let lines = try readLines(of: input)
    let plain = input.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
    try demand(lines == (plain.last == [] ? Array(plain.dropLast()) : plain), "lines are what stands between newlines")
    let then = Timestamp(millisecondsSinceEpoch: 1_795_262_400_000)
    var importer = EventImporter(user: "somebody", isTrusted: true, now: { then })
    for line in lines {
        guard let draft = (try? importer.draft(from: line)) ?? nil else { continue }
        try checkTrust(line, draft.event, then)
        try checkRoundTrip(draft.event, then)
    }
    try demand(importer.lineNumber == lines.count, "every line is counted")
}

private func readLines(of input: UnsafeRawBufferPointer) throws -> [[UInt8]] {
    guard let file = tmpfile() else { throw Violation("there is room for a file") }
    defer { fclose(file) }
    let descriptor = fileno(file)
    try demand(write(descriptor, input.baseAddress, input.count) == input.count, "there is room for the file")
    let reader = try LineReader(path: "/proc/self/fd/\(descriptor)")
    var lines: [[UInt8]] = []
    while let line = try reader.next() { lines.append(line) }
    return lines
}

/// Decisions and effects are taken only on trust.
private func checkTrust(_ line: [UInt8], _ event: EventDraft, _ then: Timestamp) throws {
    var importer = EventImporter(user: "somebody", isTrusted: false, now: { then })
    let isTaken = (try? importer.draft(from: line)) != nil
    let isDecision = EventImporter.decisionsAndEffects.contains(event.stream.family)
    try demand(isTaken != isDecision, "\(event.type) is taken without --trusted only where it decides nothing")
}

private func checkRoundTrip(_ event: EventDraft, _ then: Timestamp) throws {
    let prepared: PreparedDraft
    do { prepared = try PreparedDraft(event) } catch { throw Violation("the log takes what import takes: \(error)") }
    var written: [UInt8] = []
    LineWriter.write(prepared, sequence: 7, time: event.time, recorded: then, revision: 1, into: &written)
    let line = Array(written.dropLast())
    try demand(!line.contains(0x0A), "an event is one line")
    try demand(line.withUnsafeBytes { StrictLine($0) } != nil, "the line is in the log's form")
    var importer = EventImporter(user: "somebody", isTrusted: true, now: { then })
    let again: EventImporter.Draft?
    do { again = try importer.draft(from: line) } catch { throw Violation("import takes what the log holds: \(error)") }
    try demand(again.map { isSame($0.event, event) && $0.hasOwnTime } ?? false, "an import of an import is the same")
}

private func isSame(_ left: EventDraft, _ right: EventDraft) -> Bool {
    left.stream == right.stream && left.type == right.type && left.source == right.source && left.id == right.id
        && left.time == right.time && left.schema == right.schema && left.data == right.data
        && left.causation.map { JSON.string($0) } == right.causation.map { JSON.string($0) }
        && left.evidence.map { JSON.string($0) } == right.evidence.map { JSON.string($0) }
}

#endif
