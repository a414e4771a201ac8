import CanonicalJSON
import Testing

@testable import Projections

@Suite("Fields that changed")
struct FieldChangesTests {
    @Test(
        "are named with what they were and are, in the order of their names",
        arguments: [
            (#"{}"#, #"{}"#, "[]"),
            (#"{"a":1}"#, #"{"a":1}"#, "[]"),
            (#"{"a":1}"#, #"{"a":2}"#, #"[{"field":"a","new":2,"old":1}]"#),
            (#"{}"#, #"{"a":null}"#, #"[{"field":"a","new":null}]"#),
            (#"{"a":[1,{"b":"},"}]}"#, #"{}"#, #"[{"field":"a","old":[1,{"b":"},"}]}]"#),
            (
                #"{"a":1,"c":3}"#, #"{"b":2,"c":4}"#,
                #"[{"field":"a","old":1},{"field":"b","new":2},{"field":"c","new":4,"old":3}]"#
            ),
            (#"{"t":"a\"b\\"}"#, #"{"t":"a\"c\\"}"#, #"[{"field":"t","new":"a\"c\\","old":"a\"b\\"}]"#),
            // A quote (0x22) sorts before a letter although its escape begins with a backslash (0x5C).
            (#"{"\"":1,"A":1}"#, #"{"A":2}"#, #"[{"field":"\"","old":1},{"field":"A","new":2,"old":1}]"#),
        ])
    func table(old: String, new: String, expected: String) throws {
        #expect(try changes(old, new) == expected)
    }

    @Test("are those that a comparison of the values finds", arguments: 0..<50)
    func property(seed: Int) throws {
        var chance = Chance(seed)
        let old = object(&chance)
        let new = object(&chance)
        let names = Set(old.keys.map { JSON.string($0) } + new.keys.map { JSON.string($0) })
        let sorted = names.compactMap(\.stringValue).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let expected = sorted.filter { old[$0] != new[$0] }.map { name in
            var change = JSONObject([("field", .string(name))])
            change["old"] = old[name]
            change["new"] = new[name]
            return JSON.object(change)
        }
        let text = try changes(JSON.object(old).canonicalText, JSON.object(new).canonicalText)
        #expect(text == JSON.array(expected).canonicalText)
    }

    @Test(
        "cannot be told from what is not a canonical object",
        arguments: ["", "[]", "{", "{\"a\":1", "{\"a\"}", "{\"a\":1 ,\"b\":2", "{a:1}", #"{"a":"}"#, #"{"a":1,"b"}"#])
    func refused(text: String) {
        #expect(throws: FoldError.self) { try changes("{}", text) }
    }

    private func changes(_ old: String, _ new: String) throws -> String {
        let bytes = try Array(old.utf8).withUnsafeBytes { old in
            try Array(new.utf8).withUnsafeBytes { new in try FieldChanges.between(old, new) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func object(_ chance: inout Chance) -> JSONObject {
        var object = JSONObject()
        for name in ["a", "a\"", "a!", "b\\", "\u{1}", "caf\u{e9}", "cafe\u{301}", ""] where !chance.one(in: 3) {
            object[name] = chance.pick([1, "x", ["}", "]"], ["k": "\"{"], .null])
        }
        return object
    }
}
