// Texts that are cut, and places that are filled: small and pure.

import CanonicalJSON
import Testing

@testable import Reactors

@Suite("Shortening")
struct ShorteningTests {
    @Test(
        "cuts between two characters and leaves room for the ellipsis",
        arguments: [
            ("abcdef", 6, .characters, "abcdef"), ("abcdef", 5, .characters, "abcd…"), ("abcdef", 5, .bytes, "ab…"),
            ("äöü", 6, .bytes, "äöü"), ("äöüß", 7, .bytes, "äö…"), ("a👩‍👩‍👧b", 5, .characters, "a…"),
            ("e\u{301}e\u{301}e\u{301}", 4, .characters, "e\u{301}…"), ("🇦🇹🇩🇪", 5, .characters, "🇦🇹…"),
            ("abc", 1, .characters, "…"),
            ("abc", 2, .bytes, ""), ("", 1, .bytes, ""),
        ] as [(String, Int, Shortening.Unit, String)])
    func cuts(text: String, max: Int, unit: Shortening.Unit, expected: String) {
        #expect(Shortening(max: max, in: unit).shortened(text).utf8.elementsEqual(expected.utf8))
    }
}

@Suite("Places for values")
struct PlaceholderTests {
    @Test(
        "in a URL a value stays one part of it, unless it is its beginning",
        arguments: [
            ("https://a.example/{x}/b?c={x}", "https://a.example/1%2F2%3F3%26/b?c=1%2F2%3F3%26"),
            ("{s}/rooms/{id}", "https://s.example/rooms/7-abc"), ("{s}", "https://s.example/"),
            ("https://a.example/{unknown}/{id}", "https://a.example/{unknown}/7-abc"),
            ("https://a.example/{}{ x }", "https://a.example/{}{ x }"),
        ])
    func urls(template: String, expected: String) {
        let values = ["x": "1/2?3&", "s": "https://s.example/", "id": "7-abc"]
        #expect(Placeholders.filled(url: template, values) == expected)
    }

    @Test("elsewhere a value stands as it is, and is not looked at again")
    func plain() {
        #expect(Placeholders.filled("Bearer {t} {u}", ["t": "{u}/", "u": "x"]) == "Bearer {u}/ x")
        #expect(Placeholders.names(in: "{a} {b-1} {{c}} {d e}") == ["a", "b-1", "c"])
    }
}

@Suite("A body's template")
struct BodyTemplateTests {
    @Test(
        "of JSON has to come out as JSON, whatever stands in a message",
        arguments: [
            (#"{"a": "{{text}}"}"#, true), (#"{"a": {{text}}}"#, false), (#"{"a": "{{{text}}}"}"#, false),
            (#"{"a": {{version}}, "b": {{late}}}"#, true), (#"["{{with.x}}"]"#, true), ("{{text}}", false), ("", false),
        ])
    func json(body: String, isRight: Bool) {
        let made = try? BodyTemplate(body, type: "application/vnd.x+json; charset=utf-8", with: ["x": "\"\n"])
        #expect((made != nil) == isRight)
    }
}
