// Foreign text made harmless for a terminal or a line of a file: what would move the cursor, recolour the screen or
// reorder what is read is shown instead of done.

/// Text from the world, as it may be shown.
public enum SafeText {
    /// Every control of C0 and C1, every bidirectional override and every invisible tag becomes `\u{HEX}`; line breaks and
    /// tabs become one space each, unless `keepingLines`.
    public static func visible(_ text: String, keepingLines: Bool = false) -> String {
        guard text.unicodeScalars.contains(where: isHazardous) else { return text }
        var shown = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            switch scalar {
            case "\n" where previous == "\r": break
            case "\n", "\r", "\t", "\u{85}", "\u{2028}", "\u{2029}":
                shown.append(keepingLines && scalar != "\t" ? "\n" : " ")
            case _ where isHazardous(scalar):
                shown.append(contentsOf: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars)
            default: shown.append(scalar)
            }
        }
        return String(shown)
    }

    /// At most `length` characters, the last one an ellipsis where something was left out.
    static func shortened(_ text: String, to length: Int) -> String {
        guard text.count > length else { return text }
        return text.prefix(length - 1) + "…"
    }

    /// `&`, `<` and `>` as entities.
    static func entities(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    /// The one set of what is not handed to a terminal, whoever shows it.
    package static func isHazardous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F: true  // C0, DEL, C1
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true  // bidirectional controls
        case 0x2028, 0x2029, 0xFFF9...0xFFFB, 0xE0000...0xE007F: true  // separators, annotations, tags
        default: false
        }
    }
}
