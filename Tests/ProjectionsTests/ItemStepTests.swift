import Testing

@testable import Projections

@Suite("A sighting of an item")
struct ItemStepTests {
    private static let changed = #"[{"field":"t","new":2,"old":1}]"#

    @Test(
        "makes a version only when it tells something new",
        arguments: [
            // known before (version 7, fields {"t":1}) present or absent; seen as; what comes of it
            (Bool?.none, #"{"t":1}"#, "added 1 []"),
            (nil, nil, "nothing"),
            (true, #"{"t":1}"#, "nothing"),
            (true, #"{"t":2}"#, "updated 8 " + changed),
            (true, nil, "withdrawn 8 []"),
            (false, nil, "nothing"),
            (false, #"{"t":1}"#, "returned 8 []"),
            (false, #"{"t":2}"#, "returned 8 " + changed),
        ] as [(Bool?, String?, String)])
    func table(wasPresent: Bool?, seen: String?, expected: String) throws {
        let step = try Array(#"{"t":1}"#.utf8).withUnsafeBytes { fields in
            let known = wasPresent.map { KnownItem(version: 7, isPresent: $0, fields: fields) }
            guard let seen else { return try ItemStep.from(known, .absent) }
            return try Array(seen.utf8).withUnsafeBytes { try ItemStep.from(known, .observed($0)) }
        }
        let text = step.map { "\($0.kind) \($0.version) \(String(decoding: $0.changes, as: UTF8.self))" }
        #expect(text ?? "nothing" == expected)
    }

    @Test("is absent after a withdrawal and present after everything else")
    func presence() {
        for kind in [ItemStep.Kind.added, .updated, .returned, .withdrawn] {
            #expect(ItemStep(kind: kind, version: 1, changes: []).isPresent == (kind != .withdrawn))
        }
    }
}
