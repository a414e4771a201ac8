// `--where`: which items a list is to have, by the value of a field or by a jq expression over the line.

import CanonicalJSON
import Foundation
import JSONQuery
import Projections

/// One condition; several must all hold.
enum ItemCondition {
    enum Comparison: String, CaseIterable {
        case isNot = "!="
        case lacks = "!~"
        case equals = "="
        case contains = "~"
    }

    case field(ItemField, Comparison, String)
    case program(JSONFilter)

    static let forms = "FIELD=VALUE, FIELD!=VALUE, FIELD~TEXT, FIELD!~TEXT, or a jq expression such as '.version > 1'"

    /// - Throws: a `Failure` where the text is neither a comparison nor a jq program.
    init(_ text: String) throws {
        if let (name, comparison, value) = ItemCondition.comparison(text) {
            self = .field(ItemField(name), comparison, value)
            return
        }
        do { self = .program(try JSONFilter(text)) } catch {
            throw Failure(.usage, "--where: \(error); it takes \(ItemCondition.forms)")
        }
    }

    /// A name, an operator, the rest. A name has no signs but `_`, `-` and dots inside, so that no jq expression that
    /// compares with `==`, `<` or `>`, or begins with a dot, is taken for one.
    private static func comparison(_ text: String) -> (String, Comparison, String)? {
        let name = text.prefix { $0.isLetter || $0.isNumber || "_-. ".contains($0) }
        let rest = text[name.endIndex...]
        guard let comparison = Comparison.allCases.first(where: { rest.hasPrefix($0.rawValue) }) else { return nil }
        let value = rest.dropFirst(comparison.rawValue.count)
        let trimmed = name.trimmingCharacters(in: .whitespaces)
        guard !trimmed.isEmpty, !trimmed.hasPrefix("."), !trimmed.contains(" "), !value.hasPrefix("=") else {
            return nil
        }
        return (trimmed, comparison, unquoted(value.trimmingCharacters(in: .whitespaces)))
    }

    private static func unquoted(_ text: String) -> String {
        text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"") ? String(text.dropFirst().dropLast()) : text
    }

    /// The field that it names; nothing of a program.
    var field: ItemField? {
        if case .field(let field, _, _) = self { field } else { nil }
    }

    func holds(for row: ItemRow) throws -> Bool {
        switch self {
        case .field(let field, let comparison, let text):
            let value = try field.value(in: row)
            return switch comparison {
            case .equals: ItemCondition.isEqual(value, text)
            case .isNot: !ItemCondition.isEqual(value, text)
            case .contains: ItemCondition.contains(value, text)
            case .lacks: !ItemCondition.contains(value, text)
            }
        case .program(let filter):
            do { return try filter.matches(try JSON.parse(row.line)) } catch let error as JSONQueryError {
                throw Failure(.usage, "--where: \(error), at \(row.watch)/\(row.key)")
            }
        }
    }

    /// A list is equal to what one of its elements is equal to; a field that is missing is equal to the empty text.
    private static func isEqual(_ value: JSON?, _ text: String) -> Bool {
        switch value {
        case nil, .null: text.isEmpty
        case .string(let value): value.utf8.elementsEqual(text.utf8)
        case .number(let value): Double(text) == value
        case .bool(let value): text == (value ? "true" : "false")
        case .array(let values): values.isEmpty ? text.isEmpty : values.contains { isEqual($0, text) }
        case .object: value?.canonicalText == text
        }
    }

    private static func contains(_ value: JSON?, _ text: String) -> Bool {
        guard let value else { return text.isEmpty }
        if let values = value.arrayValue { return values.contains { contains($0, text) } }
        return EventText.plain(value).range(of: text, options: .caseInsensitive) != nil || text.isEmpty
    }
}

/// What may be wrong with a jq expression that nothing matched: names that no line has.
enum ProgramNames {
    /// A sentence about the first such name, where there is one.
    static func hint(_ program: String, _ rows: [ItemRow]) throws -> String? {
        let members = Set(ItemField.Member.allCases.map(\.rawValue) + ["fields"])
        let fields = try ItemFields.names(in: rows)
        for name in program.matches(of: /\.fields\.([A-Za-z_][A-Za-z0-9_]*)/).map({ String($0.1) })
        where !fields.contains(name) {
            let nearest = NearestName.of(name, in: fields).map { "; did you mean .fields.\($0)?" } ?? ""
            return "nothing is called .fields.\(name) here\(nearest)"
        }
        for name in program.matches(of: /(?:^|[\s(|])\.([A-Za-z_][A-Za-z0-9_]*)/).map({ String($0.1) })
        where !members.contains(name) {
            if fields.contains(name) { return "a line has no .\(name); did you mean .fields.\(name)?" }
            let nearest = NearestName.of(name, in: members).map { "; did you mean .\($0)?" } ?? ""
            return "a line has no .\(name)\(nearest)"
        }
        return nil
    }
}
