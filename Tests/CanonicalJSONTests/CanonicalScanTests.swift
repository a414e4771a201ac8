// Canonical form told from bytes alone: never wrongly, and for all that logs are full of.

import CanonicalJSON
import Testing

@Suite("Canonical form, in place")
struct CanonicalScanTests {
    private static let known = [
        "{}", "[]", "null", "true", "false", "0", "-1", "123456789012345", #""""#, #""a b""#, #""Zürich – 東京 😀""#,
        #""\"\\\b\f\n\r\t""#, #"{"":1,"A":2,"a":3,"aa":4,"ä":5,"דּ":6,"😀":7}"#, #"[1,[2,[]],{"a":{"b":[null]}}]"#,
        #"{"amount":23.5,"currency":"USD"}"#, "[0.1,-0.25,1e+21,5e-324,9007199254740992]",
        #"{"abstract":"Learn how to build\nresilient systems","level":300,"tags":["cloud","data"]}"#,
    ]

    private func isPlain(_ text: [UInt8]) -> Bool { text.withUnsafeBytes { JSON.isPlainlyCanonical($0) } }

    @Test("what is canonical is seen to be", arguments: known)
    func canonical(text: String) throws {
        #expect(try JSON.parse(text).canonicalText == text)
        #expect(isPlain(Array(text.utf8)))
    }

    @Test(
        "another form of the same is not taken for it",
        arguments: [
            " 1", "1 ", "[1, 2]", "[ ]", "{ }", #"{"a" :1}"#, #"{"b":1,"a":2}"#, #"{"a":1,"a":1}"#, #"{"ä":1,"z":2}"#,
            #""\/""#, #""\u0041""#, #""\u000a""#, #""\u001F""#, "-0", "1.0", "1e2", "1E+21", "0.10", "1e21", "10.50",
        ])
    func otherForms(text: String) throws {
        #expect(try JSON.parse(text).canonicalText != text)
        #expect(!isPlain(Array(text.utf8)))
    }

    @Test(
        "what is no JSON at all is not taken for it",
        arguments: [
            "", "{", "[", "[1", "[1,", "[1,]", "{,}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{a:1}"#, "01", "-", "-01",
            "1.",
            ".5", "1e", "tru", "truex", "nul", #"""#, #""\"#, #""\x""#, "\"\n\"", "\"a\u{1}b c d e\"", "[1]]", "1 2",
            "12a",
            "9007199254740993", "1e999", "+1", "NaN",
        ])
    func rubbish(text: String) {
        #expect(throws: JSONError.self) { try JSON.parse(text) }
        #expect(!isPlain(Array(text.utf8)))
    }

    @Test(
        "bytes that are not UTF-8 are not taken for text, wherever they stand",
        arguments: [
            [0x80], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF],
        ] as [[UInt8]])
    func notText(bytes: [UInt8]) {
        for place in 0..<17 {
            let before = [UInt8](repeating: 0x61, count: place)
            let text = [0x22] + before + bytes + before + [0x22]
            #expect(!isPlain(text), "at \(place)")
        }
    }

    @Test("whichever bit of a canonical text is another: if it is taken for canonical, it is", arguments: known)
    func flipped(text: String) throws {
        let text = Array(text.utf8)
        for place in text.indices {
            for bit in 0..<8 {
                var other = text
                other[place] ^= 1 << bit
                guard isPlain(other) else { continue }
                #expect(try JSON.parse(other).canonicalBytes == other)
            }
        }
    }
}
