// White space as Unicode has it (U+00A0 included), found in UTF-8 without decoding it.

enum WhiteSpace {
    /// HTML's own white space: what separates class names, and most of what there is.
    @inline(__always)
    static func isASCII(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }

    /// How many bytes the white space at `at` takes; 0 where there is none.
    /// Unicode's White_Space: U+0009–000D, 0020, 0085, 00A0, 1680, 2000–200A, 2028, 2029, 202F, 205F, 3000.
    @inline(__always)
    static func length(_ bytes: UnsafeBufferPointer<UInt8>, _ at: Int) -> Int {
        let first = bytes[at]
        if first < 0x80 { return isASCII(first) ? 1 : 0 }
        return first == 0xC2 || (first >= 0xE1 && first <= 0xE3) ? wideLength(bytes, at) : 0
    }

    private static func wideLength(_ bytes: UnsafeBufferPointer<UInt8>, _ at: Int) -> Int {
        guard at + 1 < bytes.count else { return 0 }
        let second = bytes[at + 1]
        if bytes[at] == 0xC2 { return second == 0x85 || second == 0xA0 ? 2 : 0 }
        guard at + 2 < bytes.count else { return 0 }
        let third = bytes[at + 2]
        switch (bytes[at], second) {
        case (0xE1, 0x9A): return third == 0x80 ? 3 : 0
        case (0xE2, 0x80): return (0x80...0x8A).contains(third) || [0xA8, 0xA9, 0xAF].contains(third) ? 3 : 0
        case (0xE2, 0x81): return third == 0x9F ? 3 : 0
        case (0xE3, 0x80): return third == 0x80 ? 3 : 0
        default: return 0
        }
    }
}

/// Text with its white space folded as it comes: runs become one space, none stands at either end.
struct FoldedText {
    private(set) var bytes: [UInt8] = []
    private var pendingSpace = false

    var isEmpty: Bool { bytes.isEmpty }

    mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
        pendingSpace = false
    }

    mutating func space() { pendingSpace = true }

    mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
        var at = 0
        while at < text.count {
            let white = WhiteSpace.length(text, at)
            if white > 0 {
                pendingSpace = true
                at += white
                continue
            }
            if pendingSpace {
                if !bytes.isEmpty { bytes.append(0x20) }
                pendingSpace = false
            }
            let end = wordEnd(text, at)
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[at..<end]))
            at = end
        }
    }

    /// Single spaces inside a run of text need no folding, so that most text is copied in long pieces.
    @inline(__always)
    private func wordEnd(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        var at = start
        while at < text.count {
            if text[at] == 0x20 {
                guard at + 1 < text.count, text[at + 1] > 0x20, text[at + 1] < 0x80 else { return at }
            } else if WhiteSpace.length(text, at) > 0 {
                return at
            }
            at += 1
        }
        return at
    }
}

extension WhiteSpace {
    /// Without the white space at both ends.
    static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBufferPointer { buffer in
            var start = 0
            while start < buffer.count, case let length = length(buffer, start), length > 0 { start += length }
            var end = buffer.count
            while end > start {
                let wide = (2...3).first { end - $0 >= start && length(buffer, end - $0) == $0 }
                guard let found = isASCII(buffer[end - 1]) ? 1 : wide else { break }
                end -= found
            }
            return Array(buffer[start..<end])
        }
    }

    /// A text with its white space folded.
    static func folded(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var folded = FoldedText()
        bytes.withUnsafeBufferPointer { folded.append($0) }
        return folded.bytes
    }
}
