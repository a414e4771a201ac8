// What can go wrong with somebody's events before the log has seen them, in sentences for a person.

/// Why events could not be taken from outside.
package enum ImportError: Error, Equatable, CustomStringConvertible {
    /// There is no such file, or it may not be read.
    case unopenable(path: String, reason: String)
    /// The system failed in the middle of the file.
    case unreadable(path: String, reason: String)
    /// A line is longer than any event's may be.
    case lineTooLong(path: String)
    /// A line, counted from 1, that is no event; the reason as the end of a sentence.
    case refused(line: Int, reason: String)

    package var description: String {
        switch self {
        case .unopenable(let path, let reason):
            "cannot read \(path): \(reason); give a file or - for standard input"
        case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .lineTooLong(let path):
            "\(path): a line is longer than \(LineReader.lineBytesMax) bytes; is it JSON Lines?"
        case .refused(let line, let reason): "line \(line): \(reason)"
        }
    }
}
