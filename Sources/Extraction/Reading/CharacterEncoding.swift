// What encoding a page is in, and its text as UTF-8. libxml2 never guesses: it is always told UTF-8.

import Foundation

/// A character encoding by its WHATWG name or label.
struct CharacterEncoding: Equatable {
    /// In lower case.
    let label: String

    static let utf8 = CharacterEncoding(label: "utf-8")
    static let windows1252 = CharacterEncoding(label: "windows-1252")

    /// nil where the label is none that could be decoded.
    init?(named name: String) {
        let label = name.trimmingCharacters(in: CharacterSet(charactersIn: " \t\r\n\"'")).lowercased()
        let known = CharacterEncoding.aliases[label] ?? label
        guard !known.isEmpty, known.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_:.".contains($0)) })
        else { return nil }
        self.label = known
        guard self == .utf8 || self == .windows1252 || Transcoder(from: known) != nil else { return nil }
    }

    private init(label: String) { self.label = label }

    /// What pages call them (Encoding Standard, 4.2), and what iconv calls what browsers mean by it.
    private static let aliases = [
        "utf8": "utf-8", "unicode-1-1-utf-8": "utf-8", "us-ascii": "windows-1252", "ascii": "windows-1252",
        "iso-8859-1": "windows-1252", "iso8859-1": "windows-1252", "latin1": "windows-1252", "l1": "windows-1252",
        "cp1252": "windows-1252", "x-cp1252": "windows-1252", "iso_8859-1": "windows-1252",
        "iso-8859-9": "windows-1254", "latin5": "windows-1254", "iso-8859-11": "windows-874", "tis-620": "windows-874",
        "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
        "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "big5": "big5-hkscs", "euc-kr": "cp949",
        "ks_c_5601-1987": "cp949",
        "windows-874": "cp874", "utf-16": "utf-16le",
    ]

    /// As browsers find it (HTML, 13.2.3.2): a byte order mark, the header's `charset`, what the page says in its first bytes, then
    /// UTF-8 where the bytes are that, else windows-1252.
    static func detect(_ body: [UInt8], charset: String?) -> (encoding: CharacterEncoding, skip: Int) {
        if body.starts(with: [0xEF, 0xBB, 0xBF]) { return (.utf8, 3) }
        if body.starts(with: [0xFF, 0xFE]) { return (CharacterEncoding(label: "utf-16le"), 2) }
        if body.starts(with: [0xFE, 0xFF]) { return (CharacterEncoding(label: "utf-16be"), 2) }
        if let named = charset.flatMap(CharacterEncoding.init(named:)) { return (named, 0) }
        if let declared = declared(body) { return (declared, 0) }
        return (UTF8Check.isValid(body) ? .utf8 : .windows1252, 0)
    }

    /// What `<meta charset>`, `<meta http-equiv>` or an XML declaration in the first bytes says. A page that says UTF-16 in ASCII is
    /// UTF-8 (the standard's own rule).
    private static func declared(_ body: [UInt8]) -> CharacterEncoding? {
        // Most pages say nothing, and searching for that takes longer than all else that is done to find the encoding.
        guard mentions("charset", body.prefix(2048)) || mentions("encoding", body.prefix(2048)) else { return nil }
        let start = String(decoding: body.prefix(2048), as: UTF8.self)
        let patterns = [
            #/(?i)<meta[^>]+charset\s*=\s*["']?\s*([^\s"'/>;]+)/#, #/^\s*<\?xml[^>]+encoding\s*=\s*["']([^"']+)["']/#,
        ]
        for pattern in patterns {
            guard let found = start.firstMatch(of: pattern), let encoding = CharacterEncoding(named: String(found.1))
            else { continue }
            return encoding.label.hasPrefix("utf-16") ? .utf8 : encoding
        }
        return nil
    }

    /// Whether a word of ASCII letters stands there, in whatever case.
    private static func mentions(_ word: StaticString, _ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            word.withUTF8Buffer { word in
                guard bytes.count >= word.count else { return false }
                return (0...bytes.count - word.count).contains { start in
                    word.indices.allSatisfy { bytes[start + $0] | 0x20 == word[$0] }
                }
            }
        }
    }

    /// The text as valid UTF-8; what is no text in this encoding becomes U+FFFD.
    func decode(_ body: [UInt8], skip: Int) -> [UInt8] {
        if self == .utf8 {
            if UTF8Check.isValid(body) { return skip == 0 ? body : Array(body[skip...]) }
            return Array(String(decoding: body[skip...], as: UTF8.self).utf8)
        }
        if self == .windows1252 { return Windows1252.decode(body[skip...]) }
        return Transcoder(from: label)?.decode(Array(body[skip...])) ?? Windows1252.decode(body[skip...])
    }
}

enum UTF8Check {
    static func isValid(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var at = 0
            while at < buffer.count {
                if at + 8 <= buffer.count,
                    buffer.loadUnaligned(fromByteOffset: at, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
                {
                    at += 8
                } else if buffer[at] < 0x80 {
                    at += 1
                } else {
                    let length = sequenceLength(buffer, at)
                    guard length > 0 else { return false }
                    at += length
                }
            }
            return true
        }
    }

    /// Of the well-formed sequence (Unicode, table 3-7) that begins with a byte beyond ASCII; 0 where there is none.
    private static func sequenceLength(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Int {
        let first = bytes[at]
        let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard first >= 0xC2, first <= 0xF4, at + length <= bytes.count else { return 0 }
        let second = bytes[at + 1]
        let low: UInt8 = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80
        let high: UInt8 = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF
        guard second >= low, second <= high else { return 0 }
        for offset in 2..<max(2, length) where bytes[at + offset] & 0xC0 != 0x80 { return 0 }
        return length
    }
}

/// The encoding that browsers fall back to, which has a character for every byte.
enum Windows1252 {
    /// For 0x80 to 0x9F; the others are Latin-1 (Encoding Standard, index windows-1252).
    private static let upper: [UInt32] = [
        0x20AC, 0x81, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160, 0x2039, 0x152, 0x8D, 0x17D,
        0x8F,
        0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0x9D, 0x17E,
        0x178,
    ]

    static func decode(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + bytes.count / 8)
        for byte in bytes {
            guard byte >= 0x80 else {
                out.append(byte)
                continue
            }
            let scalar = byte < 0xA0 ? upper[Int(byte - 0x80)] : UInt32(byte)
            if let encoded = Unicode.Scalar(scalar).flatMap(UTF8.encode) { out += encoded }
        }
        return out
    }
}

/// iconv, for the encodings that need tables.
struct Transcoder: ~Copyable {
    private let handle: iconv_t

    init?(from label: String) {
        let opened = iconv_open("UTF-8", label)
        guard let opened, opened != UnsafeMutableRawPointer(bitPattern: -1) else { return nil }
        handle = opened
    }

    deinit { iconv_close(handle) }

    func decode(_ bytes: [UInt8]) -> [UInt8] {
        var input = bytes
        var out: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        input.withUnsafeMutableBytes { source in
            var from = source.baseAddress?.assumingMemoryBound(to: CChar.self)
            var left = source.count
            while left > 0 {
                let (converted, reason) = step(&from, &left, &chunk, &out)
                guard !converted, reason != E2BIG else { continue }
                out += [0xEF, 0xBF, 0xBD]
                guard reason == EILSEQ, left > 0 else { break }
                from? += 1
                left -= 1
            }
        }
        return out
    }

    private func step(
        _ from: inout UnsafeMutablePointer<CChar>?, _ left: inout Int, _ chunk: inout [UInt8], _ out: inout [UInt8]
    ) -> (converted: Bool, reason: Int32) {
        chunk.withUnsafeMutableBytes { target in
            var to = target.baseAddress?.assumingMemoryBound(to: CChar.self)
            var room = target.count
            errno = 0
            let result = iconv(handle, &from, &left, &to, &room)
            let reason = errno
            out += target[..<(target.count - room)]
            return (result != -1, reason)
        }
    }
}
