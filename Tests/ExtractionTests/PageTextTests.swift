import CanonicalJSON
import Testing

@testable import Extraction

@Suite("A page's bytes")
struct PageTextTests {
    static func rules() throws -> ItemRules { try ItemRules(items: "b", key: "@id", fields: [("f", FieldRule())]) }

    @Test(
        "are decoded as browsers do it",
        arguments: [
            (Array("<b id=1>é €</b>".utf8), nil, "é €"),
            ([0xEF, 0xBB, 0xBF] + Array("<b id=1>é".utf8), "windows-1252", "é"),
            (Array("<b id=1>".utf8) + [0xE9, 0x80], nil, "é€"),
            (Array("<b id=1>".utf8) + [0xE9, 0x80], "iso-8859-1", "é€"),
            (Array("<b id=1>é".utf8), "utf-8", "é"),
            (Array("<meta charset=utf-8><b id=1>a".utf8) + [0xFF], nil, "a\u{FFFD}"),
            (Array("<meta charset='windows-1251'><b id=1>".utf8) + [0xE4, 0xE0], nil, "да"),
            (
                Array("<meta http-equiv=content-type content='text/html; charset=Shift_JIS'><b id=1>".utf8) + [
                    0x93, 0xFA, 0x96, 0x7B,
                ], nil, "日本"
            ), (Array("<b id=1>".utf8) + [0xC4, 0xE3, 0xBA, 0xC3], "gb2312", "你好"),
            (Array("<meta charset=utf-16><b id=1>é".utf8), nil, "é"),
            ([0xFF, 0xFE] + "<b id=1>é".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }, nil, "é"),
            (Array("<b id=1>é".utf8), "no-such-charset", "é"), (Array("<b id=1>é".utf8), "\"UTF8\"", "é"),
            (Array("<b id=1>".utf8) + [0x93, 0x94, 0x81], "latin1", "“”\u{81}"),
        ] as [([UInt8], String?, String)])
    func decoded(body: [UInt8], charset: String?, expected: String) throws {
        let page = try Self.rules().read(body, mediaType: "text/html", charset: charset, baseURL: "https://x.test/")
        #expect(page.items.first?.fields["f"] == .string(expected))
        let inHeader = try Self.rules().read(
            body, mediaType: charset.map { "text/html; charset=\($0)" }, baseURL: "https://x.test/")
        #expect(inHeader == page)
    }

    @Test(
        "that are no text are refused",
        arguments: [
            ([], "text/html", "empty"), (Array("<b id=1>".utf8), "image/png", "image/png"),
            (Array("<b id=1>".utf8), "application/octet-stream", "application/octet-stream"),
            (Array("<b id=1>".utf8), "video/mp4; x=y", "video/mp4"),
            (Array("<b>".utf8), "Application/PDF", "application/pdf"),
            ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A], "text/html", "PNG"),
            ([0xFF, 0xD8, 0xFF, 0xE0, 1], "text/html", "JPEG"), (Array("%PDF-1.7".utf8), nil, "PDF"),
            ([0x1F, 0x8B, 8, 0], "text/html", "gzip"), ([0x50, 0x4B, 3, 4, 20], nil, "ZIP"),
            (Array("<b>\0</b>".utf8), "text/html", "NUL"),
            (
                (0..<4096).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 7) | 1 }, "text/html",
                "control characters"
            ),
        ] as [([UInt8], String?, String)])
    func refused(body: [UInt8], mediaType: String?, reason: String) {
        #expect { try Self.rules().read(body, mediaType: mediaType, baseURL: "https://x.test/") } throws: {
            "\($0)".contains(reason)
        }
    }

    @Test(
        "random bytes are refused, whatever they are called",
        arguments: ["text/html", "text/html; charset=utf-8", "application/json", nil] as [String?])
    func garbage(mediaType: String?) {
        var random = SplitMix(state: 42)
        for size in [100, 1000, 100_000] {
            let body = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(throws: ExtractionError.self) {
                try Self.rules().read(body, mediaType: mediaType, baseURL: "https://x.test/")
            }
        }
    }

    @Test(
        "SVG, JSON types and unknown types may be read",
        arguments: ["image/svg+xml", "text/plain", "application/x-unknown", "application/xhtml+xml", "", nil]
            as [String?])
    func accepted(mediaType: String?) throws {
        let page = try Self.rules().read(
            Array("<html><b id='1'>x</b></html>".utf8), mediaType: mediaType, baseURL: "https://x.test/")
        #expect(page.items.map(\.key) == ["1"])
    }

    @Test(
        "UTF-8 is told from what is none",
        arguments: [
            ([0x41], true), ([0xC3, 0xA9], true), ([0xE2, 0x82, 0xAC], true), ([0xF0, 0x9F, 0x98, 0x80], true),
            ([0xC0, 0x80], false), ([0xE0, 0x80, 0x80], false), ([0xED, 0xA0, 0x80], false),
            ([0xF4, 0x90, 0x80, 0x80], false), ([0xC3], false), ([0xE2, 0x82], false),
            ([0x80], false), ([0xF0, 0x9F, 0x98], false), ([0xFF], false), ([0xC3, 0x41], false),
        ] as [([UInt8], Bool)])
    func utf8(bytes: [UInt8], isValid: Bool) {
        for padding in 0..<9 {
            #expect(UTF8Check.isValid(Array(repeating: 0x61, count: padding) + bytes) == isValid)
        }
    }
}

@Suite("Pages that keep visitors out")
struct BlockPageTests {
    @Test(
        "are told from pages without items",
        arguments: [
            (
                "<title>Are you a human?</title><h1>Are you a human?</h1><form><div class=g-recaptcha></div></form>",
                "captcha"
            ), ("<title>Just a moment...</title><script>window._cf_chl_opt={}</script>", "challenge"),
            ("<title>Shop</title><script>window._cf_chl_opt={cvId:'3'}</script>", "Cloudflare"),
            (
                "<title>x</title><script>var dd={'rt':'c'}</script><script src='https://ct.captcha-delivery.com/c.js'></script>",
                "DataDome"
            ),
            ("<title>Access to this page has been denied</title><div id=px-captcha></div>", "denied"),
            ("<div id='px-captcha'></div>", "PerimeterX"),
            ("<html><body><iframe src='/_Incapsula_Resource?x=1'></iframe>", "Imperva"),
            ("<title>x</title><div id=sec-if-cpt-container></div>", "Akamai"),
            ("<h2>Please verify you are human</h2>", "captcha"),
            ("<form><div class='h-captcha x'></div></form>", "captcha"),
            ("<iframe src='https://www.google.com/recaptcha/api2/anchor'></iframe>", "captcha"),
            ("<title>Sign in</title><form><input name=u><input type=password></form>", "login"),
            ("<title>Access Denied</title>You don't have permission", "refusal"),
            ("<title>403 Forbidden</title><h1>403</h1>", "refusal"),
        ])
    func blocked(html: String, reason: String) {
        #expect(blockSuspicion(Array(html.utf8), mediaType: "text/html")?.contains(reason) == true)
    }

    static let newsletter = "<footer><form><input type=email><div class=g-recaptcha></div></form></footer>"
    static let prose = String(
        repeating: "<p>There are no sessions on this day, but there is a lot to say about the city.</p>", count: 40)

    @Test(
        "are not seen in pages that merely have a captcha or a login in a corner",
        arguments: [
            prose + newsletter, prose + "<form><input type=password></form>",
            "<title>Sessions</title><p>No sessions.</p>", " \n ",
            "<title>Sessions</title>" + prose + "<script src='https://www.google.com/recaptcha/api.js'></script>",
            "<ul></ul>",
        ])
    func notBlocked(html: String) {
        #expect(blockSuspicion(Array(html.utf8), mediaType: "text/html") == nil)
    }

    @Test("are doubted with items on them only for their title")
    func withItems() throws {
        let rules = try ItemRules(items: ".i", key: "@id", fields: [])
        #expect(try rules.read(text: "<i class=i id=1></i>" + Self.newsletter).suspicion == nil)
        #expect(try rules.read(text: "<i class=i></i>" + Self.newsletter).suspicion == nil)
        #expect(try rules.read(text: "<title>Beating the captcha: talks</title><i class=i id=1></i>").suspicion == nil)
        #expect(try rules.read(text: "<title>Just a moment...</title><i class=i id=1></i>").suspicion != nil)
        #expect(try rules.read(text: Self.newsletter).suspicion != nil)
    }

    @Test("a topic list that is one is refused")
    func topics() throws {
        #expect(throws: ExtractionError.self) {
            try TopicRules(items: "a", id: "@id").read(
                Array("<title>Are you a robot?</title>".utf8), baseURL: "https://x.test/")
        }
    }
}
