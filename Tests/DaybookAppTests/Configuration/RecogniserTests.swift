import CanonicalJSON
import Testing

@testable import DaybookApp

@Suite("What a page is")
struct RecogniserTests {
    private func watch(_ body: String, _ mediaType: String? = nil) -> (name: String, text: [String]) {
        let page = SeenPage(url: "https://a.example/x", mediaType: mediaType, body: Array(body.utf8))
        let (recogniser, keys) = PageRecogniser.recognise(page)
        return (recogniser.name, SuggestedYAML.table(keys).block(under: "w", indent: 0, step: 2))
    }

    @Test(
        "a schedule is known by its root and its events",
        arguments: [
            (#"<?xml version="1.0"?><schedule><day><room><event id="1"/></room></day></schedule>"#, "frab-xml"),
            ("\u{FEFF}\n<!-- <x> --><schedule>\n<event guid='1'>", "frab-xml"),
            ("<schedule><conference/></schedule>", "page"), ("<rss><event id='1'/></rss>", "page"),
            ("<!DOCTYPE html><html><schedule><event >", "page"), ("", "page"), ("schedule <event ", "page"),
        ])
    func schedule(body: String, name: String) {
        #expect(watch(body).name == name)
    }

    @Test("a schedule is written as sessions with their preset")
    func scheduleText() {
        #expect(
            watch("<schedule><event id='1'/></schedule>").text == [
                "w:", "  kind: sessions", "  preset: frab-xml", #"  fetch: { url: "https://a.example/x" }"#,
            ])
    }

    @Test("any other page is written as a page")
    func page() {
        #expect(watch("<p>hello").text == ["w:", "  kind: page", #"  fetch: { url: "https://a.example/x" }"#])
    }

    @Test(
        "a list in JSON is one where it is clear what tells its items apart",
        arguments: [
            (#"[{"id":1,"title":"a"},{"id":2,"title":"b"}]"#, "jq:.[] id title"),
            (
                #"{"count":2,"books":[{"name":"x","isbn":"1","code":"p"},{"name":"x","isbn":"2","code":"q"}]}"#,
                "jq:.books[] code isbn,name"
            ),
            (#"[{"id":1,"t":"a"},{"id":1,"t":"b"}]"#, nil), (#"[{"title":"a"},{"title":"b"}]"#, nil),
            (#"{"a":[{"id":1,"t":1}],"b":[{"id":1,"t":1}]}"#, nil), (#"[{"id":1,"t":"a"}]"#, nil),
            (#"[{"id":1},{"id":2}]"#, nil), (#"[1,2]"#, nil), (#"[]"#, nil), (#"{"id":1}"#, nil),
            (#"[{"id":1,"t":{"x":1}},{"id":2,"t":{"x":2}}]"#, nil), (#"[{"id":true,"t":1},{"id":false,"t":2}]"#, nil),
        ])
    func list(body: String, expected: String?) throws {
        let found = JSONList(try JSON.parse(body))
        #expect(found.map { "\($0.items) \($0.key) \($0.fields.joined(separator: ","))" } == expected)
    }

    @Test(
        "a watch without a name gets one from its URL",
        arguments: [
            ("https://fosdem.org/2026/schedule/xml", "fosdem-2026"), ("https://www.example.org/", "example"),
            ("https://shop.example.org/gpus/rtx-3070.html", "rtx-3070"), ("https://example.org/News/", "news"),
            ("http://127.0.0.1:8080/", "127-0-0"), ("https://example.org/?q=1", "example"),
            ("https://xn--p1ai/", "xn--p1ai"), ("http://[::1]/", "page"),
        ])
    func names(url: String, name: String) {
        #expect(WatchName.suggested(for: url, taken: []) == name)
        #expect(WatchName.suggested(for: url, taken: [name]) == name + "-2")
        #expect(ValueType.NameRule.identity("watch").wrong(with: name) == nil)
    }
}
