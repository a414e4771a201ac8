// The reader of lines: the fast scanner, the strict parser and the verifier must be of one opinion.

#if DEBUG

import CanonicalJSON

@testable import EventLog

/// Takes the bytes for one line without its newline, and for one JSON text.
@Sendable func checkLine(_ input: UnsafeRawBufferPointer) throws {
    try checkCanonicalForm(input)
    guard !input.contains(0x0A), input.count <= LineWriter.lineMax else { return }
    let strict = StrictLine(input)
    guard let layout = LineScanner.scan(input) else {
        return try demand(strict == nil, "the scanner finds the fields of every line that is in the log's form")
    }
    let problems = verified(input, layout)
    try demand(problems.isEmpty == (strict != nil), "verify says \(problems) where strict parsing says otherwise")
    _ = try EventView.with(input, layout) { view in
        try checkCopy(view)
        guard let whole = try? JSON.parse(input), (try? view.dataJSON())?.objectValue != nil else { return }
        try checkFields(of: view, against: whole)
    }
}

/// What is read as JSON is written in one form, and reads back the same from it.
private func checkCanonicalForm(_ input: UnsafeRawBufferPointer) throws {
    let looksCanonical = JSON.isPlainlyCanonical(input)
    guard let value = try? JSON.parse(input) else {
        return try demand(!looksCanonical, "what looks canonical is JSON that can be kept")
    }
    let text = value.canonicalBytes
    try demand(!looksCanonical || text.elementsEqual(input), "what looks canonical is so")
    guard let back = try? JSON.parse(text) else { throw Violation("canonical JSON is JSON that can be kept") }
    try demand(back == value && back.hashValue == value.hashValue, "canonical JSON means what was read")
    try demand(back.canonicalBytes == text, "canonical JSON has one form")
}

private func verified(_ line: UnsafeRawBufferPointer, _ layout: LineLayout) -> [LineProblem] {
    let text = TextBuffer(line.count)
    text.raw.copyMemory(from: line)
    let lines = BatchText(text: text, lines: [(0, line.count, layout)])
    return BatchCheck(EventBatch(text: lines, range: 0..<1, first: layout.sequence)).problems
}

private func checkCopy(_ view: EventView) throws {
    let copy = view.owned()
    try demand(copy.stream == view.stream && copy.revision == view.revision, "a copy says what the view says")
    try demand(
        view.observed == copy.time && view.recorded == copy.recordedTime && view.stream.family == copy.family,
        "a copy says what the view says")
}

/// Found in place, the fields are those that parsing the whole line gives.
private func checkFields(of view: EventView, against whole: JSON) throws {
    let texts: [(String, String?)] = [
        ("type", view.type.string), ("source", view.source.string), ("subject", view.subject.string),
        ("id", view.id.string), ("time", view.time.string), ("causationid", view.causation?.string),
        ("evidence", view.evidence?.string), ("dataschema", view.dataSchema.string),
    ]
    for (key, text) in texts {
        try demand(whole[key] == text.map { .string($0) }, "\(key) found in place is what parsing finds")
    }
    try demand(
        whole["recordedtime"] ?? whole["time"] == .string(view.recordedTime.string),
        "recordedtime found in place is what parsing finds")
    try demand(whole["revision"]?.intValue == view.revision, "the revision is what parsing finds")
    try demand(whole["sequence"]?.stringValue.flatMap { UInt64($0) } == view.sequence, "so is the sequence")
    try demand(whole["data"] == (try view.dataJSON()), "so is the data")
}

#endif
