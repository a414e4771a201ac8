// Between this package's JSON values and libjq's.

import CJQ
import CanonicalJSON

/// A value as libjq keeps it, so that several programs can look at it without a conversion each.
package struct PreparedInput: ~Copyable {
    private let value: jv

    package init(_ json: JSON) { value = Conversion.jv(json) }

    deinit { jv_free(value) }

    /// libjq counts references without locks: copies stay on the thread that prepared the input.
    func copy() -> jv { jv_copy(value) }
}

enum Conversion {
    enum Refusal: Error { case tooDeep, tooLarge }

    static func jv(_ json: JSON) -> CJQ.jv {
        switch json {
        case .null: return jv_null()
        case .bool(let value): return value ? jv_true() : jv_false()
        case .number(let value): return jv_number(value)
        case .string(let text): return string(text)
        case .array(let values):
            var array = jv_array_sized(Int32(clamping: values.count))
            for value in values { array = jv_array_append(array, jv(value)) }
            return array
        case .object(let object):
            var result = jv_object()
            for member in object.members { result = jv_object_set(result, string(member.key), jv(member.value)) }
            return result
        }
    }

    private static func string(_ text: String) -> CJQ.jv {
        var text = text
        return text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { jv_string_sized($0.baseAddress, Int32(clamping: $0.count)) }
        }
    }

    /// Consumes `value`. Every value takes 16 from `bytes`, a text its length as well.
    static func json(_ value: CJQ.jv, depth: Int, bytes: inout Int) throws(Refusal) -> JSON {
        defer { jv_free(value) }
        bytes -= 16
        guard bytes >= 0 else { throw .tooLarge }
        guard depth <= JSON.depthMax else { throw .tooDeep }
        switch jv_get_kind(value) {
        case JV_KIND_TRUE: return true
        case JV_KIND_FALSE: return false
        case JV_KIND_NUMBER: return number(jv_number_value(value))
        case JV_KIND_STRING: return .string(try text(value, bytes: &bytes))
        case JV_KIND_ARRAY: return try array(value, depth: depth, bytes: &bytes)
        case JV_KIND_OBJECT: return try object(value, depth: depth, bytes: &bytes)
        default: return .null
        }
    }

    private static func array(_ value: CJQ.jv, depth: Int, bytes: inout Int) throws(Refusal) -> JSON {
        var values: [JSON] = []
        for index in 0..<jv_array_length(jv_copy(value)) {
            values.append(try json(jv_array_get(jv_copy(value), index), depth: depth + 1, bytes: &bytes))
        }
        return .array(values)
    }

    private static func object(_ value: CJQ.jv, depth: Int, bytes: inout Int) throws(Refusal) -> JSON {
        var result = JSONObject()
        var place = jv_object_iter(value)
        while jv_object_iter_valid(value, place) != 0 {
            let key = jv_object_iter_key(value, place)
            defer { jv_free(key) }
            result[try text(key, bytes: &bytes)] =
                try json(jv_object_iter_value(value, place), depth: depth + 1, bytes: &bytes)
            place = jv_object_iter_next(value, place)
        }
        return .object(result)
    }

    /// Does not consume `value`.
    private static func text(_ value: CJQ.jv, bytes: inout Int) throws(Refusal) -> String {
        let length = Int(jv_string_length_bytes(jv_copy(value)))
        bytes -= length
        guard bytes >= 0 else { throw .tooLarge }
        guard let start = jv_string_value(value) else { return "" }
        return String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
    }

    /// As jq prints numbers that JSON cannot hold: infinities as the largest number, not-a-number as null.
    private static func number(_ number: Double) -> JSON {
        if number.isNaN { return .null }
        let largest = Double.greatestFiniteMagnitude
        return .number(min(max(number, -largest), largest))
    }
}
