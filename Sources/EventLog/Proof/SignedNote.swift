// Signed notes as C2SP has them (https://c2sp.org/signed-note): a text, and lines that say who vouches for it.

import Crypto
import Foundation

/// A key's name and the number that tells it from others of that name.
struct NoteKeyID: Sendable, Hashable {
    var name: String
    /// The first four bytes of SHA-256 over name, newline, algorithm and public key.
    var hash: [UInt8]

    static let ed25519: UInt8 = 1

    init(name: String, publicKey: [UInt8]) {
        self.name = name
        hash = Array(Digest.sha256(Array(name.utf8) + [0x0A, Self.ed25519] + publicKey).bytes[..<4])
    }

    var hex: String { hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }

    /// A name stands between spaces and plus signs, so it holds none.
    static func isValid(name: String) -> Bool {
        !name.isEmpty && !name.unicodeScalars.contains { $0 == "+" || $0.properties.isWhitespace || $0.value < 0x20 }
    }
}

/// Checks signatures: `NAME+HASH+BASE64(01 || public key)`.
struct NoteVerifier: Sendable {
    let id: NoteKeyID
    private let key: Curve25519.Signing.PublicKey

    init(name: String, key: Curve25519.Signing.PublicKey) {
        id = NoteKeyID(name: name, publicKey: Array(key.rawRepresentation))
        self.key = key
    }

    /// Nil where the text is not a verifier key, or not of Ed25519.
    init?(_ text: String) {
        // Base64 has plus signs, a name has none.
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, NoteKeyID.isValid(name: String(parts[0])),
            let bytes = Data(base64Encoded: String(parts[2])),
            bytes.count == 33, bytes.first == NoteKeyID.ed25519,
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes.dropFirst())
        else { return nil }
        self.init(name: String(parts[0]), key: key)
        guard id.hex == parts[1] else { return nil }
    }

    var text: String {
        "\(id.name)+\(id.hex)+\((Data([NoteKeyID.ed25519]) + key.rawRepresentation).base64EncodedString())"
    }

    func isValid(_ signature: [UInt8], of text: String) -> Bool {
        key.isValidSignature(Data(signature), for: Data(text.utf8))
    }
}

/// Signs: `PRIVATE+KEY+NAME+HASH+BASE64(01 || seed)`.
struct NoteSigner: Sendable {
    let verifier: NoteVerifier
    private let key: Curve25519.Signing.PrivateKey

    init(name: String, key: Curve25519.Signing.PrivateKey = Curve25519.Signing.PrivateKey()) {
        verifier = NoteVerifier(name: name, key: key.publicKey)
        self.key = key
    }

    /// Nil where the text is not a signer key, or not of Ed25519.
    init?(_ text: String) {
        let parts = text.split(separator: "+", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == "PRIVATE", parts[1] == "KEY", NoteKeyID.isValid(name: String(parts[2])),
            let bytes = Data(base64Encoded: String(parts[4])), bytes.count == 33, bytes.first == NoteKeyID.ed25519,
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes.dropFirst())
        else { return nil }
        self.init(name: String(parts[2]), key: key)
        guard verifier.id.hex == parts[3] else { return nil }
    }

    var text: String {
        let secret = (Data([NoteKeyID.ed25519]) + key.rawRepresentation).base64EncodedString()
        return "PRIVATE+KEY+\(verifier.id.name)+\(verifier.id.hex)+\(secret)"
    }

    /// The signed note of a text, which ends with a newline.
    func sign(_ text: String) throws(LogError) -> String {
        do {
            let signature = Data(verifier.id.hash) + (try key.signature(for: Data(text.utf8)))
            return "\(text)\n\u{2014} \(verifier.id.name) \(signature.base64EncodedString())\n"
        } catch {
            throw .invalidProof("the note could not be signed: \(error)")
        }
    }
}

/// A note, taken apart. Whether its signatures hold is asked separately.
struct SignedNote: Sendable, Hashable {
    struct Signature: Sendable, Hashable {
        var name: String
        var hash: [UInt8]
        var bytes: [UInt8]
    }

    /// With the newline that ends it.
    var text: String
    var signatures: [Signature]

    /// Nil where it is not a note.
    init?(_ note: String) {
        let lines = note.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.last == "", !note.utf8.contains(where: { $0 < 0x20 && $0 != 0x0A }),
            let blank = lines.dropLast().lastIndex(of: ""), blank > 0
        else { return nil }
        text = lines[..<blank].joined(separator: "\n") + "\n"
        signatures = []
        for line in lines[(blank + 1)...].dropLast() {
            guard let signature = Signature(line) else { return nil }
            signatures.append(signature)
        }
        guard !signatures.isEmpty else { return nil }
    }

    /// Whether this key has signed it, and so that every signature of this key holds.
    func isSigned(by verifier: NoteVerifier) -> Bool {
        let own = signatures.filter { haveSameBytes($0.name, verifier.id.name) && $0.hash == verifier.id.hash }
        return !own.isEmpty && own.allSatisfy { verifier.isValid($0.bytes, of: text) }
    }
}

extension SignedNote.Signature {
    /// From `— NAME BASE64`.
    fileprivate init?(_ line: Substring) {
        let parts = line.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "\u{2014}", NoteKeyID.isValid(name: String(parts[1])),
            let bytes = Data(base64Encoded: String(parts[2])), bytes.count > 4
        else { return nil }
        self.init(name: String(parts[1]), hash: Array(bytes.prefix(4)), bytes: Array(bytes.dropFirst(4)))
    }
}
