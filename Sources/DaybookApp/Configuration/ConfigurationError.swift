// What can be wrong with a configuration, told so that it can be put right.

/// One thing that is wrong with daybook.yaml, or that deserves a warning.
public struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
    public let file: String
    /// From 1.
    public let line: Int
    /// The keys that lead there, such as `watches.reinvent.every`; empty for the file as a whole.
    public let path: String
    /// What is wrong and what would be right.
    public let message: String

    public var description: String {
        "\(file):\(line): " + (path.isEmpty ? "" : "\(path): ") + message
    }
}

/// Why a configuration cannot be used.
public enum ConfigurationError: Error, Sendable, CustomStringConvertible {
    case missing(file: String)
    case unreadable(file: String, reason: String)
    /// At least one, in the order of their lines.
    case wrong([ConfigurationProblem])

    /// One sentence a line.
    public var description: String {
        switch self {
        case .missing(let file): "there is no \(file); `daybook init` makes one, `--config FILE` names another"
        case .unreadable(let file, let reason): "\(file) cannot be read: \(reason)"
        case .wrong(let problems): problems.map(\.description).joined(separator: "\n")
        }
    }
}
