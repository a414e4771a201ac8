// Quoted-printable (RFC 2045, section 6.7): text that stays readable in the raw mail, in lines that every server passes on.

enum QuotedPrintable {
    private static let columnsMax = 76

    /// Lines end in CRLF, whatever they ended in.
    static func encoded(_ text: String) -> String {
        let lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map(line).joined(separator: "\r\n") + "\r\n"
    }

    private static func line(_ text: Substring) -> String {
        var done = ""
        var columns = 0
        let bytes = Array(text.utf8)
        for (place, byte) in bytes.enumerated() {
            let piece = piece(byte, isLast: place == bytes.count - 1)
            // One column is left for the mark of a line that goes on.
            if columns + piece.utf8.count > columnsMax - 1 {
                done += "=\r\n"
                columns = 0
            }
            done += piece
            columns += piece.utf8.count
        }
        return done
    }

    /// White space at the end of a line would be lost on the way.
    private static func piece(_ byte: UInt8, isLast: Bool) -> String {
        switch byte {
        case 0x20 where !isLast, 0x09 where !isLast: String(UnicodeScalar(byte))
        case 0x21...0x3C, 0x3E...0x7E: String(UnicodeScalar(byte))
        default: "=" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
    }
}
