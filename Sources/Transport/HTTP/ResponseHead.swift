// Collects header lines as libcurl hands them over, into the head of the final answer.

/// The head of an answer. Interim answers (1xx) are forgotten when the next one begins; trailers are not headers.
struct ResponseHead: Sendable {
    private(set) var status = 0
    private(set) var headers = HTTPHeaders()
    /// Of all lines together.
    private(set) var size = 0
    private var isComplete = false

    static let sizeMax = 256 << 10

    /// Takes one line with its line end.
    mutating func take(_ line: some Collection<UInt8>) {
        size += line.count
        let text = String(decoding: line, as: UTF8.self).trimmed()
        if text.hasPrefix("HTTP/"), isComplete || status == 0 {
            status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            headers = HTTPHeaders()
            isComplete = false
        } else if text.isEmpty {
            isComplete = true
        } else if !isComplete {
            takeField(text, isFolded: line.first == 0x20 || line.first == 0x09)
        }
    }

    private mutating func takeField(_ text: String, isFolded: Bool) {
        if isFolded { return headers.fold(text) }
        guard let colon = text.firstIndex(of: ":") else { return }
        headers.add(String(text[..<colon]).trimmed(), String(text[text.index(after: colon)...]).trimmed())
    }
}

extension String {
    /// Without the white space that HTTP has around values: space, tab, line ends.
    func trimmed() -> String {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d || $0 == 0x0a }
        guard let first = utf8.firstIndex(where: { !isSpace($0) }), let last = utf8.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(self[first...last])
    }
}
