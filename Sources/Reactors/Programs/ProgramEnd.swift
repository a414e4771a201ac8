// How a program's process can end, and what that means for the event that it was given. Pure.

import Foundation

/// How a process ended, as `waitpid` tells it.
enum ProgramEnd: Sendable, Equatable {
    case exited(status: Int32)
    case killed(signal: Int32)

    /// From a wait status; the macros of <sys/wait.h> are not there in Swift.
    init(waitStatus: Int32) {
        let signal = waitStatus & 0x7F
        self = signal == 0 ? .exited(status: (waitStatus >> 8) & 0xFF) : .killed(signal: signal)
    }

    var isSuccess: Bool { self == .exited(status: 0) }

    /// As the end of a sentence about the program.
    var description: String {
        switch self {
        case .exited(let status): "ended with status \(status)"
        case .killed(let signal): "was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
        }
    }
}

/// What became of an event that a program was given, when it was not cancelled.
enum ExchangeEnd: Sendable, Equatable {
    case answered(ProgramAnswer)
    case garbage(reason: String)
    /// More output than any answer may have; the beginning of it.
    case flood(beginning: [UInt8])
    case silent
    /// It closed its output and goes on.
    case closedOutput
    case ended(ProgramEnd)

    /// Whether another process is to be given the event at once: this one had answered before and ended well, as a plain
    /// script does that ends after each answer, just as the event was written.
    func isEndBetweenEvents(answeredBefore: Int) -> Bool {
        if case .ended(let end) = self { end.isSuccess && answeredBefore > 0 } else { false }
    }

    /// Why there will be another try, about the program by its name; nil for an answer.
    func fault(of name: String, timeout: Duration, lastError: String?) -> String? {
        let what: String
        switch self {
        case .answered: return nil
        case .garbage(let reason): what = reason
        case .flood(let beginning):
            what =
                "wrote more than \(ProgramDefinition.Limits.outputMax >> 20) MiB without an answer, beginning with "
                + Excerpt.of(beginning)
        case .silent: what = "did not answer within \(Self.text(timeout)) and was ended"
        case .closedOutput: what = "closed its standard output without an answer and was ended"
        case .ended(let end): what = "\(end.description) without an answer"
        }
        return "\(name) \(what)" + (lastError.map { "; the last it said: \($0)" } ?? "")
    }

    private static func text(_ duration: Duration) -> String {
        let seconds = duration.inSeconds
        return (Int(exactly: seconds).map(String.init) ?? "\(seconds)") + " s"
    }
}
