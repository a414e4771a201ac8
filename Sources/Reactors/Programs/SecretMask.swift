// Takes secrets out of what a program wrote, before anybody sees it.

/// The values that must not be seen, and the means to blot them out.
struct SecretMask: Sendable {
    /// Shorter ones are no secrets (a room's number, say), and blotting them out would make any text unreadable.
    static let lengthMin = 4
    private static let blot = Array("***".utf8)
    /// Longest first, so that of two that begin alike the whole is blotted out.
    private let secrets: [[UInt8]]

    /// A secret of several lines (a key in PEM, say) is as many secrets, since output is looked at line by line.
    init(_ secrets: [String]) {
        let lines = secrets.flatMap { [Array($0.utf8)] + $0.utf8.split { $0 == 0x0A || $0 == 0x0D }.map(Array.init) }
        self.secrets = lines.filter { $0.count >= Self.lengthMin }.sorted { $0.count > $1.count }
    }

    init(_ environment: [ProgramDefinition.Variable]) { self.init(environment.filter(\.isSecret).map(\.value)) }

    /// The bytes without secrets. `isCut`: they were cut off at their end, so that a secret's beginning may stand there.
    func masked(_ bytes: [UInt8], isCut: Bool = false) -> [UInt8] {
        guard !secrets.isEmpty else { return bytes }
        var shown: [UInt8] = []
        var rest = bytes[...]
        while let first = rest.first {
            if let secret = secrets.first(where: { rest.starts(with: $0) }) {
                shown += Self.blot
                rest = rest.dropFirst(secret.count)
            } else if isCut, secrets.contains(where: { $0.starts(with: rest) }) {
                return shown + Self.blot
            } else {
                shown.append(first)
                rest = rest.dropFirst()
            }
        }
        return shown
    }

    func masked(_ text: String) -> String { String(decoding: masked(Array(text.utf8)), as: UTF8.self) }

    /// As much of the bytes' beginning as an `Excerpt` shows, and some, without secrets.
    func excerpt(of bytes: [UInt8]) -> [UInt8] {
        let bytesMax = 4096
        return masked(Array(bytes.prefix(bytesMax)), isCut: bytes.count > bytesMax)
    }
}
