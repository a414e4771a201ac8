// From an answer's bytes to text of a kind that can be parsed; what is no text is refused here.

import Foundation

/// A page's text as UTF-8 and what it is to be parsed as.
struct PageText {
    enum Kind { case html, xml, json }

    let utf8: [UInt8]
    let kind: Kind
    /// Nothing but white space: a page that has no items, and nothing to parse.
    let isBlank: Bool

    /// The selectors say whether JSON is due; between HTML and XML the media type and the first bytes decide.
    init(_ body: [UInt8], mediaType: String?, charset: String?, wantsJSON: Bool) throws(ExtractionError) {
        guard !body.isEmpty else { throw .emptyBody }
        let type = MediaType(mediaType)
        if let refusal = type.refusal { throw .notText(refusal) }
        if let signature = Signature.find(body) { throw .notText("its bytes are \(signature)") }
        let (encoding, skip) = CharacterEncoding.detect(body, charset: charset ?? type.charset)
        utf8 = encoding.decode(body, skip: skip)
        if let garbage = PageText.garbage(utf8) { throw .notText(garbage) }
        isBlank =
            utf8.withUnsafeBufferPointer { $0.prefix(64).allSatisfy(WhiteSpace.isASCII) }
            && WhiteSpace.trimmed(utf8).isEmpty
        kind = wantsJSON ? .json : type.isXML || PageText.looksLikeXML(utf8) ? .xml : .html
    }

    /// Text has hardly any control characters and no NUL; random bytes have one in eight, and decode to replacement characters.
    private static func garbage(_ utf8: [UInt8]) -> String? {
        let hasNUL = utf8.withUnsafeBytes { bytes in
            bytes.baseAddress.map { memchr($0, 0, bytes.count) != nil } ?? false
        }
        if hasNUL { return "it contains NUL bytes" }
        let sample = utf8.prefix(8192)
        let controls = sample.count { ($0 < 0x20 && !WhiteSpace.isASCII($0) && $0 != 0x1B) || $0 == 0x7F }
        if controls * 50 > sample.count { return "it is full of control characters" }
        let replaced = zip(sample, sample.dropFirst()).count { $0 == 0xEF && $1 == 0xBF }
        return replaced * 20 > sample.count ? "it is in no encoding that could be found" : nil
    }

    /// An XML declaration, and a document element that is not HTML's (XHTML is read as the HTML that it mostly is).
    private static func looksLikeXML(_ utf8: [UInt8]) -> Bool {
        let start = String(decoding: WhiteSpace.trimmed(Array(utf8.prefix(1024))), as: UTF8.self)
        guard start.hasPrefix("<?xml") else { return false }
        return start.firstMatch(of: #/(?i)<(!doctype\s+)?html[\s>]/#) == nil
    }
}

/// A Content-Type, as far as it matters here.
struct MediaType {
    /// `text/html`, in lower case; empty where there is none.
    let name: String
    let charset: String?

    init(_ header: String?) {
        let parts = (header ?? "").split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
        name = parts.first?.lowercased() ?? ""
        charset = parts.dropFirst().first { $0.lowercased().hasPrefix("charset=") }.map { String($0.dropFirst(8)) }
    }

    var isXML: Bool { name.hasSuffix("/xml") || (name.hasSuffix("+xml") && name != "application/xhtml+xml") }

    /// Why bytes of this type are not read at all.
    var refusal: String? {
        let family = name.prefix { $0 != "/" }
        let isRefused =
            (["image", "audio", "video", "font", "model", "multipart"].contains(family) && name != "image/svg+xml")
            || MediaType.refused.contains(name) || name.hasPrefix("application/vnd.openxmlformats")
        return isRefused ? "its media type is \(name)" : nil
    }

    private static let refused: Set<String> = [
        "application/pdf", "application/octet-stream", "application/zip", "application/gzip", "application/x-gzip",
        "application/x-tar", "application/x-7z-compressed", "application/wasm", "application/msword",
        "application/vnd.ms-excel",
        "application/x-bzip2", "application/zstd", "application/x-protobuf", "application/java-archive",
    ]
}

/// How files that are no text begin, whatever their media type says.
enum Signature {
    private static let all: [(bytes: [UInt8], name: String)] = [
        (Array("\u{89}PNG".unicodeScalars.map { UInt8($0.value) }), "a PNG image"),
        ([0xFF, 0xD8, 0xFF], "a JPEG image"),
        (Array("GIF8".utf8), "a GIF image"), (Array("%PDF-".utf8), "a PDF document"),
        ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive"),
        ([0x1F, 0x8B], "gzip-compressed"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd-compressed"),
        ([0x7F, 0x45, 0x4C, 0x46], "an ELF program"),
        (Array("RIFF".utf8), "a RIFF file (WebP, WAV or AVI)"), (Array("OggS".utf8), "an Ogg file"),
        (Array("wOF2".utf8), "a font"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz-compressed"),
    ]

    static func find(_ body: [UInt8]) -> String? { all.first { body.starts(with: $0.bytes) }?.name }
}

extension Tree {
    init(_ text: PageText, names: NameTable) throws(ExtractionError) {
        self =
            text.kind == .xml
            ? try XMLParser.parse(text.utf8, names: names) : HTMLTokenizer.parse(text.utf8, names: names)
    }
}
