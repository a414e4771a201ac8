// Foreign text made harmless for a terminal, and how many columns it takes there.

import Reactors

/// `text` with everything that could steer a terminal shown instead of obeyed: C0 and C1 controls as control pictures
/// or `<85>`, and the marks that turn the direction of text (Trojan Source, CVE-2021-42574) or are not seen as `<202E>`.
func displayable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: SafeText.isHazardous) else { return text }
    var shown = ""
    for scalar in text.unicodeScalars {
        switch scalar.value {
        case _ where !SafeText.isHazardous(scalar): shown.unicodeScalars.append(scalar)
        case 0..<0x20: shown.unicodeScalars.append(Unicode.Scalar(0x2400 + scalar.value) ?? " ")
        case 0x7F: shown += "␡"
        default: shown += "<\(String(scalar.value, radix: 16, uppercase: true))>"
        }
    }
    return shown
}

/// The same of a line of a text, in which tabs are its layout.
func displayable(line: String) -> String { displayable(line.replacing("\t", with: "    ")) }

func displayWidth(_ text: String) -> Int {
    text.utf8.count == text.unicodeScalars.count
        ? text.utf8.count : text.reduce(0) { $0 + displayWidth($1) }
}

/// Two columns for wide East Asian characters and emoji (UAX #11, the ranges that matter), one for others.
func displayWidth(_ character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
        return 2
    default:
        return scalar.properties.generalCategory == .nonspacingMark ? 0 : 1
    }
}
