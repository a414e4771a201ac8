// Mail without a server: addresses, header lines, encodings.

import EventLog
import Foundation
import Testing

@testable import Reactors

@Suite("A mail")
struct MailTests {
    @Test(
        "is sent to addresses that are some",
        arguments: [
            ("ann@mag.example", "", "ann@mag.example"), (" ann@localhost ", "", "ann@localhost"),
            ("Ann Ä <a.b+c@mag.example>", "Ann Ä", "a.b+c@mag.example"),
            ("\"B, C\" <b@c.example>", "B, C", "b@c.example"),
        ])
    func addresses(text: String, name: String, address: String) throws {
        let read = try MailAddress(text)
        #expect(read.name == name && read.address == address)
    }

    @Test(
        "is sent to nothing else",
        arguments: [
            "", "ann", "@mag.example", "ann@", "a b@mag.example", "ann@mag example",
            "ann@mag.example\r\nBcc: x@y.example",
            "a@b.example, c@d.example", "<ann@mag.example", "Ann <ann@mag.example> x", "a@b@c.example",
            "a..b@c.example",
            ".a@c.example", "a@-c.example", "a@c..example", "ä@mag.example", "a\n <ann@mag.example>",
            "x> <ann@mag.example>", "x@y.example TO:<z@y.example>", "a, b <c@d.example>",
            String(repeating: "a", count: 65) + "@b.example",
            "ann@mag.example> RCPT TO:<x@y.example",
        ])
    func noAddresses(text: String) { #expect(throws: BadAddress.self) { try MailAddress(text) } }

    @Test(
        "has a subject in ASCII, in encoded words where it is not",
        arguments: [
            ("mugs: ALARM", "mugs: ALARM"), ("", ""), ("Größe", "=?UTF-8?B?R3LDtsOfZQ==?="), ("=?UTF-8?B?x?=", nil),
            ("a  b", nil),
            ("line\r\nBcc: x@y.example", nil), (String(repeating: "x", count: 80), nil),
            (String(repeating: "ä", count: 200), nil),
        ] as [(String, String?)])
    func subjects(text: String, expected: String?) throws {
        let header = MailHeader.text(text)
        if let expected { #expect(header == expected) } else { #expect(header.hasPrefix("=?UTF-8?B?")) }
        let lines = MailHeader.line("Subject", header)
        #expect(lines.hasSuffix("\r\n"))
        let physical = lines.components(separatedBy: "\r\n").dropLast()
        #expect(physical.allSatisfy { $0.utf8.count <= 76 } && physical.dropFirst().allSatisfy { $0.hasPrefix(" ") })
        #expect(!physical.contains { $0.contains("\r") || $0.contains("\n") })
    }

    @Test(
        "has text in quoted-printable: short lines, no white space at their ends",
        arguments: [
            ("a=b", "a=3Db\r\n"), ("ü", "=C3=BC\r\n"), ("a \nb\t", "a=20\r\nb=09\r\n"), ("", "\r\n"),
            ("a\r\nb", "a\r\nb\r\n"),
            (".", ".\r\n"),
        ])
    func quotedPrintable(text: String, expected: String) { #expect(QuotedPrintable.encoded(text) == expected) }

    @Test("has no line that is too long for a server")
    func longLines() {
        let text = String(repeating: "word ü= ", count: 500)
        let encoded = QuotedPrintable.encoded(text)
        #expect(encoded.components(separatedBy: "\r\n").allSatisfy { $0.utf8.count <= 76 })
    }

    @Test("says when it was written, as RFC 5322 does")
    func dates() {
        #expect(MailHeader.date(Date(timeIntervalSince1970: 1_795_725_800)) == "Thu, 26 Nov 2026 20:43:20 +0000")
        #expect(MailHeader.date(Date(timeIntervalSince1970: 0)) == "Thu, 01 Jan 1970 00:00:00 +0000")
    }

    @Test("has nothing foreign in its HTML but text and links")
    func html() throws {
        let letter = Letter(
            from: try MailAddress("a@b.example"), to: [], subject: "<s>",
            text: "<script>alert(1)</script>\n- \"old\"\n+ https://x.example/?a=1&b=\"><b>\njavascript:x", key: "7-abc")
        let html = letter.html
        #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && html.contains("<title>&lt;s&gt;</title>"))
        #expect(
            html.contains("color: #b00020")
                && html.contains("<a href=\"https://x.example/?a=1&amp;b=&quot;&gt;&lt;b&gt;\">"))
        #expect(!html.contains("<script") && !html.contains("<b>") && !html.contains("href=\"javascript"))
    }
}
