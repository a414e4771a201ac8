// Why a jq program is refused, or gave no answer.

/// What is wrong with a jq program, or with running it; each is one sentence for a person.
public enum JSONQueryError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The text is no program that may run here; `reason` is the end of a sentence.
    case notAProgram(program: String, reason: String)
    /// The program stopped with an error on this input.
    case failed(program: String, reason: String)
    /// The program was stopped after `seconds`.
    case tookTooLong(program: String, seconds: Double)
    /// The program gave more than is taken from one run.
    case tooMuchOutput(program: String, limit: String)

    public var description: String {
        switch self {
        case .notAProgram(let program, let reason): "the jq program \"\(program)\" cannot be used: \(reason)"
        case .failed(let program, let reason): "the jq program \"\(program)\" failed: \(reason)"
        case .tookTooLong(let program, let seconds):
            "the jq program \"\(program)\" was stopped after \(seconds) s; make it do less"
        case .tooMuchOutput(let program, let limit):
            "the jq program \"\(program)\" gave more than \(limit); make it give less"
        }
    }
}
