// One compiled program in libjq, and what it takes to stop it.

import CJQ
import CanonicalJSON
import Synchronization

/// A jq state with its program.
///
/// `@unchecked Sendable`: libjq wants one user of a state at a time, wherever it runs. A machine is either idle in its filter's list, or
/// taken out of it by exactly one `run`; the watchdog touches the state only under its own lock, between `watch` and `unwatch`.
final class Machine: @unchecked Sendable {
    private let program: String
    private let state: OpaquePointer

    init(program: String) throws(JSONQueryError) {
        guard !program.allSatisfy(\.isWhitespace) else {
            throw .notAProgram(program: program, reason: "it is empty; \".\" passes everything on")
        }
        guard !program.utf8.contains(0) else { throw .notAProgram(program: program, reason: "it contains a NUL") }
        guard let state = jq_init() else { throw .notAProgram(program: program, reason: "there is no memory for it") }
        self.program = program
        self.state = state
        // jq 1.6 leaves these three uninitialised.
        jq_set_nomem_handler(state, nil, nil)
        jq_set_input_cb(state, nil, nil)
        jq_set_debug_cb(state, nil, nil)
        RegularExpressionLimits.apply()
        let messages = Messages()
        jq_set_error_cb(state, { Messages.add($0, $1) }, Unmanaged.passUnretained(messages).toOpaque())
        let compiled = jq_compile(state, Prelude.text + program) != 0
        jq_set_error_cb(state, { _, message in jv_free(message) }, nil)
        guard compiled else { throw .notAProgram(program: program, reason: messages.reason) }
    }

    deinit {
        var state: OpaquePointer? = state
        jq_teardown(&state)
    }

    func run(_ input: borrowing PreparedInput, limits: JSONFilter.Limits) throws(JSONQueryError) -> [JSON] {
        jq_start(state, input.copy(), 0)
        // Lets go of the input and of what the program still holds, rather than at the next run.
        defer { jq_start(state, jv_null(), 0) }
        let ticket = Watchdog.shared.watch(state, for: limits.seconds)
        let results = Result { () throws(JSONQueryError) in try collect(limits) }
        guard !Watchdog.shared.unwatch(ticket) else { throw .tookTooLong(program: program, seconds: limits.seconds) }
        return try results.get()
    }

    private func collect(_ limits: JSONFilter.Limits) throws(JSONQueryError) -> [JSON] {
        var results: [JSON] = []
        var bytes = limits.bytes
        while true {
            let value = jq_next(state)
            guard jv_get_kind(value) != JV_KIND_INVALID else {
                if jv_invalid_has_msg(jv_copy(value)) != 0 { throw .failed(program: program, reason: reason(value)) }
                jv_free(value)
                return results
            }
            guard results.count < limits.results else {
                jv_free(value)
                throw .tooMuchOutput(program: program, limit: "\(limits.results) results")
            }
            results.append(try take(value, bytes: &bytes, limits: limits))
        }
    }

    private func take(_ value: jv, bytes: inout Int, limits: JSONFilter.Limits) throws(JSONQueryError) -> JSON {
        do throws(Conversion.Refusal) {
            return try Conversion.json(value, depth: 0, bytes: &bytes)
        } catch {
            switch error {
            case .tooLarge: throw .tooMuchOutput(program: program, limit: "\(limits.bytes) bytes")
            case .tooDeep: throw .tooMuchOutput(program: program, limit: "\(JSON.depthMax) levels of nesting")
            }
        }
    }

    private func reason(_ invalid: jv) -> String {
        let message = jv_invalid_get_msg(invalid)
        var bytes = 1 << 20
        switch try? Conversion.json(message, depth: 0, bytes: &bytes) {
        case .string(let text): return text
        case let other?: return other.canonicalText
        case nil: return "with an error that is too large to show"
        }
    }
}

/// Collects what libjq reports while it compiles.
private final class Messages {
    private var texts: [String] = []

    static func add(_ context: UnsafeMutableRawPointer?, _ message: jv) {
        let formatted = jq_format_error(message)
        defer { jv_free(formatted) }
        guard let context, let text = jv_string_value(formatted) else { return }
        Unmanaged<Messages>.fromOpaque(context).takeUnretainedValue().texts.append(String(cString: text))
    }

    /// The first message without jq's own decoration: its name, where it thinks the text comes from, the text itself.
    var reason: String {
        guard var text = texts.first else { return "jq does not say why" }
        for prefix in ["jq: error: ", "error: "] where text.hasPrefix(prefix) { text.removeFirst(prefix.count) }
        for end in [" at <top-level>", " (Unix shell quoting issues?)", "\n"] {
            if let range = text.firstRange(of: end) { text = String(text[..<range.lowerBound]) }
        }
        return ["unexpected import", "unexpected include"].contains { text.contains($0) }
            ? "modules (import, include) are not available here" : text
    }
}
