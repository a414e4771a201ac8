// JSON as pages have it in scripts: nearly JSON, written by hand or by templates.

import CanonicalJSON

enum LenientJSON {
    /// The value of a script; nil where it is none. Comments (of JavaScript, HTML, CDATA), commas before a closing bracket, control
    /// characters and needless backslashes in texts, and a semicolon at the end are overlooked, as other readers of JSON-LD do; a script
    /// whose quotes are `&quot;` is decoded first.
    static func parse(_ script: ArraySlice<UInt8>) -> JSON? {
        if let value = strict(Array(script)) { return value }
        if let value = strict(cleaned(Array(script))) { return value }
        guard script.contains(UInt8(ascii: "&")) else { return nil }
        return strict(cleaned(decoded(Array(script))))
    }

    private static func strict(_ json: [UInt8]) -> JSON? { try? JSON.parse(LargeIntegers.quoted(json)) }

    /// A text with its character references replaced: templates escape what stands in scripts as if it stood in the page.
    static func decoded(_ text: String) -> String {
        text.utf8.contains(UInt8(ascii: "&")) ? String(decoding: decoded(Array(text.utf8)), as: UTF8.self) : text
    }

    private static func decoded(_ text: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        text.withUnsafeBufferPointer { CharacterReferences.decode($0, inAttribute: false, into: &out) }
        return out
    }

    private static func cleaned(_ json: [UInt8]) -> [UInt8] {
        var cleaner = Cleaner(json: json)
        return cleaner.cleaned()
    }

    private struct Cleaner {
        let json: [UInt8]
        private var at = 0
        private var out: [UInt8] = []
        /// Where in `out` a comma stands after which nothing has come yet.
        private var comma: Int?

        init(json: [UInt8]) { self.json = json }

        mutating func cleaned() -> [UInt8] {
            if json.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
            while at < json.count {
                if skipComment() { continue }
                let byte = json[at]
                at += 1
                if WhiteSpace.isASCII(byte) || byte < 0x20 || byte == UInt8(ascii: ";") { continue }
                if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]"), let place = comma { out.remove(at: place) }
                comma = byte == UInt8(ascii: ",") ? out.count : nil
                out.append(byte)
                if byte == UInt8(ascii: "\"") { copyText() }
            }
            return out
        }

        private mutating func skipComment() -> Bool {
            for (begin, end) in [("/*", "*/"), ("//", "\n"), ("<!--", ""), ("-->", ""), ("<![CDATA[", ""), ("]]>", "")]
            {
                guard json[at...].starts(with: begin.utf8) else { continue }
                at += begin.utf8.count
                // Behind `//` stands what marks the section, and JSON may follow on its line.
                if begin == "//",
                    let mark = ["<![CDATA[", "]]>"].first(where: { rest(after: 0).starts(with: $0.utf8) })
                {
                    at += mark.utf8.count
                    return true
                }
                guard !end.isEmpty else { return true }
                while at < json.count, !json[at...].starts(with: end.utf8) { at += 1 }
                at = min(json.count, at + end.utf8.count)
                return true
            }
            return false
        }

        private func rest(after count: Int) -> ArraySlice<UInt8> {
            json[min(json.count, at + count)...].drop { $0 == 0x20 || $0 == 0x09 }
        }

        private mutating func copyText() {
            while at < json.count {
                let byte = json[at]
                at += 1
                switch byte {
                case UInt8(ascii: "\""):
                    out.append(byte)
                    return
                case UInt8(ascii: "\\"):
                    let next = at < json.count ? json[at] : byte
                    at += 1
                    if "\"\\/bfnrtu".utf8.contains(next) { out.append(byte) }
                    appendInText(next)
                default: appendInText(byte)
                }
            }
        }

        private mutating func appendInText(_ byte: UInt8) {
            guard byte < 0x20 else { return out.append(byte) }
            let digits = Array("0123456789abcdef".utf8)
            out += [UInt8](#"\u00"#.utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
}
