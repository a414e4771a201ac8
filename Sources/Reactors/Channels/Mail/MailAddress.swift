// Addresses of mail (RFC 5322, section 3.4), as strictly as a mail server that nobody wants to surprise.

import Foundation

/// Why a text is no address, as a sentence.
public struct BadAddress: Error, Sendable, Equatable {
    public let reason: String
}

/// An address with the name before it, if any: `Ann <ann@mag.example>`.
public struct MailAddress: Sendable, Hashable {
    public let name: String
    /// `ann@mag.example`
    public let address: String

    public init(_ text: String) throws(BadAddress) {
        let bad = BadAddress(
            reason:
                "\"\(SafeText.shortened(SafeText.visible(text), to: 100))\" is no mail address; write ann@mag.example "
                + "or Ann <ann@mag.example>")
        let trimmed = text.trimmingCharacters(in: .whitespaces)
        guard !trimmed.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { throw bad }
        guard trimmed.hasSuffix(">"), let open = trimmed.lastIndex(of: "<") else {
            name = ""
            address = trimmed
            guard Self.isAddress(address) else { throw bad }
            return
        }
        address = String(trimmed[trimmed.index(after: open)...].dropLast())
        let words = trimmed[..<open].trimmingCharacters(in: .whitespaces)
        let isQuoted = words.count >= 2 && words.hasPrefix("\"") && words.hasSuffix("\"")
        name = isQuoted ? String(words.dropFirst().dropLast()) : words
        // What would need quotes and has none is more likely two addresses, or something worse, than a name.
        let refused = isQuoted ? "\"\\" : "\"\\()<>[]:;@,"
        guard Self.isAddress(address), !name.contains(where: refused.contains), name.count <= 200 else { throw bad }
    }

    /// ASCII only, dots and atoms before the `@`, a name with letters and digits behind it.
    private static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 254, (1...64).contains(parts[0].utf8.count), !parts[1].isEmpty else {
            return false
        }
        let atoms = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return atoms.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isAtom) }
            && labels.allSatisfy {
                !$0.isEmpty && !$0.hasPrefix("-") && !$0.hasSuffix("-") && $0.utf8.allSatisfy(isLabel)
            }
    }

    private static func isLabel(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 0x2D: true
        default: false
        }
    }

    private static func isAtom(_ byte: UInt8) -> Bool { isLabel(byte) || "!#$%&'*+/=?^_`{|}~".utf8.contains(byte) }

    /// As a header has it.
    var headerText: String {
        guard !name.isEmpty else { return address }
        let isPlain = name.unicodeScalars.allSatisfy { $0.isASCII }
        return (isPlain ? "\"\(name)\"" : MailHeader.encoded(name)) + " <\(address)>"
    }

    /// What stands behind the `@`.
    var domain: Substring { address.drop { $0 != "@" }.dropFirst() }
}
