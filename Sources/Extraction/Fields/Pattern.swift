// Regular expressions for `match`, by PCRE2, bounded in what they may use up.

import CPCRE2

/// A compiled regular expression over UTF-8, with Unicode's classes (`\w` is a letter of any script).
///
/// `@unchecked Sendable`: PCRE2's compiled code and match context are only read once made; each match has data of its own.
final class Pattern: @unchecked Sendable {
    /// Steps of one match: a text that needs more is reported, not waited for. About a tenth of a second.
    private static let stepsMax: UInt32 = 2_000_000
    private static let heapMaxKiB: UInt32 = 16 << 10

    enum Outcome: Equatable {
        case none
        /// The first group, or the whole match where the expression has no group. A group that took no part is no match.
        case value(Range<Int>)
        case tooHard
    }

    private let code: OpaquePointer
    private let context: OpaquePointer
    private let hasGroup: Bool

    init(_ text: String, field: String) throws(ExtractionError) {
        var problem: Int32 = 0
        var place = 0
        let options = PCRE2_UTF | PCRE2_UCP | UInt32(PCRE2_NEVER_BACKSLASH_C)
        guard let code = pcre2_compile_8(Array(text.utf8), text.utf8.count, options, &problem, &place, nil) else {
            throw .badRule(
                field: field,
                reason:
                    "\"\(text)\" is no regular expression (\(Pattern.message(problem)), at byte \(place + 1))")
        }
        guard let context = pcre2_match_context_create_8(nil) else {
            pcre2_code_free_8(code)
            throw .badRule(field: field, reason: "there is no memory for its regular expression")
        }
        pcre2_set_match_limit_8(context, Pattern.stepsMax)
        pcre2_set_heap_limit_8(context, Pattern.heapMaxKiB)
        // Without a just-in-time compiler on this machine it is slower, and as right.
        pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE)
        var groups: UInt32 = 0
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_CAPTURECOUNT), &groups)
        self.code = code
        self.context = context
        hasGroup = groups > 0
    }

    deinit {
        pcre2_match_context_free_8(context)
        pcre2_code_free_8(code)
    }

    func match(_ text: UnsafeBufferPointer<UInt8>) -> Outcome {
        guard let data = pcre2_match_data_create_from_pattern_8(code, nil) else { return .tooHard }
        defer { pcre2_match_data_free_8(data) }
        let empty: [UInt8] = [0]
        let result = empty.withUnsafeBufferPointer {
            pcre2_match_8(code, text.baseAddress ?? $0.baseAddress, text.count, 0, 0, data, context)
        }
        if result == PCRE2_ERROR_NOMATCH { return .none }
        guard result >= 0, let places = pcre2_get_ovector_pointer_8(data) else { return .tooHard }
        let group = hasGroup ? 1 : 0
        // Both places of a group that took no part are the largest number there is, -1 as Swift has it.
        let (start, end) = (places[2 * group], places[2 * group + 1])
        guard start >= 0, start <= end, end <= text.count else { return .none }
        return .value(start..<end)
    }

    private static func message(_ problem: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = pcre2_get_error_message_8(problem, &buffer, buffer.count)
        return length > 0 ? String(decoding: buffer[..<Int(length)], as: UTF8.self) : "error \(problem)"
    }
}
