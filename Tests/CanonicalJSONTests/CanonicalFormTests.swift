import CanonicalJSON
import Testing

@Suite("Canonical JSON")
struct CanonicalFormTests {
    @Test(
        "numbers are written as ECMAScript writes them (RFC 8785, appendix B)",
        arguments: [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"), (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"), (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"), (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"), (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"), (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] as [(UInt64, String)])
    func numbers(bits: UInt64, text: String) {
        #expect(JSON.number(Double(bitPattern: bits)).canonicalText == text)
    }

    @Test("members are sorted by the bytes of their keys, not by UTF-16 units")
    func order() throws {
        let value = try JSON.parse(#"{"😀":1,"\uFB33":2,"a":3,"Z":4,"":5}"#)
        #expect(value.canonicalText == #"{"":5,"Z":4,"a":3,"דּ":2,"😀":1}"#)
    }

    @Test("strings are escaped no more than they must be")
    func escapes() {
        #expect(
            JSON.string("\u{8}\t\n\u{c}\r\"\\/\u{1f}\u{7f}é€").canonicalText
                == "\"\\b\\t\\n\\f\\r\\\"\\\\/\\u001f\u{7f}é€\"")
    }

    @Test("it does not matter where in a text an escape is needed, or what stands beside it")
    func escapesAnywhere() {
        for code in 0..<256 as Range<UInt32> {
            guard let scalar = Unicode.Scalar(code) else { continue }
            let text = String(Character(scalar))
            let written = JSON.string(text).canonicalText.dropFirst().dropLast()
            for place in 0..<20 {
                for filling in ["x", " ", "!", "#", "[", "]", "é", "€", "\u{7f}"] {
                    let before = String(repeating: filling, count: place)
                    let after = String(repeating: filling, count: 20 - place)
                    #expect(JSON.string(before + text + after).canonicalText == "\"\(before)\(written)\(after)\"")
                }
            }
        }
    }

    @Test("canonically equivalent texts stay two texts")
    func equivalence() throws {
        let composed = "caf\u{e9}"
        let decomposed = "cafe\u{301}"
        #expect(composed == decomposed)
        #expect(JSON.string(composed) != JSON.string(decomposed))
        let both = JSONObject([(composed, JSON.number(1)), (decomposed, JSON.number(2))])
        #expect(both.count == 2)
        #expect(both[decomposed] == 2)
    }

    @Test(
        "what is canonical stays as it is", arguments: [#"{"a":[1,true,null,{"b":"c"}],"d":-1.5}"#, "[]", "{}", #""""#])
    func fixedPoint(text: String) throws {
        #expect(try JSON.parse(text).canonicalText == text)
    }

    @Test(
        "a number that is written is read back, also where its digits are not the double's own",
        arguments: ["1152921504606846976", "1152921504606847000", "-9223372036854775808", "123456789012345680000"])
    func large(text: String) throws {
        let value = try JSON.parse(text)
        #expect(try JSON.parse(value.canonicalText) == value)
    }

    @Test(
        "how deep a value is nested can be asked",
        arguments: [("1", 0), ("[]", 0), ("[1]", 1), (#"{"a":[{}]}"#, 2), (#"[1,{"b":{"c":[null]}}]"#, 4)])
    func nesting(text: String, depth: Int) throws {
        let value = try JSON.parse(text)
        #expect(value.isNested(within: depth) && !value.isNested(within: depth - 1))
    }

    @Test(
        "what is not JSON is refused with its place",
        arguments: [
            ("", 0), ("{", 1), ("[1,]", 3), ("01", 2), ("1.", 2), ("tru", 0), (#"{"a" 1}"#, 5), (#""\x""#, 3),
            ("\"\n\"", 1),
            (#""\ud800""#, 7), ("1 2", 2), ("9007199254740993", 0), ("1e999", 0), ("+1", 0), (#"{a:1}"#, 1),
        ])
    func refused(text: String, offset: Int) {
        #expect { try JSON.parse(text) } throws: { ($0 as? JSONError)?.offset == offset }
    }

    @Test("nesting beyond the limit is refused, not recursed into")
    func depth() throws {
        let deep = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
        _ = try JSON.parse(deep(JSON.depthMax))
        #expect(throws: JSONError.self) { try JSON.parse(deep(JSON.depthMax + 200)) }
    }

    @Test("of a key given twice the last one counts")
    func duplicates() throws {
        #expect(try JSON.parse(#"{"a":1,"a":2}"#).canonicalText == #"{"a":2}"#)
    }
}
