// The configuration as it goes on record: equal configurations have equal bytes, and no secret is in it.

import CanonicalJSON

extension SettingValue {
    /// The value in its one form: durations and the like written one way, lists and tables where a short form was given,
    /// references as references, secrets that were written out masked.
    var normalised: JSON {
        switch self {
        case .text(let text): .string(text)
        case .flag(let flag): .bool(flag)
        case .count(let count): JSON(count)
        case .duration(let duration): .string(DurationText.write(duration))
        case .rate(let rate): .string(rate.text)
        case .size(let size): .string(SizeText.write(size))
        case .share(let share): .string(ShareText.write(share))
        case .bounds(let bounds): .string(bounds.text)
        case .cron(let cron): .string(cron.text)
        case .reference(let reference, _, let isMasked): .string(reference.normalised(masking: isMasked))
        case .list(let settings): .array(settings.map(\.value.normalised))
        case .table(let table): table.shortForm ?? .object(table.normalised)
        case .named(let entries): .object(JSONObject(entries.map { ($0.name, $0.setting.value.normalised) }))
        }
    }
}

extension SettingTable {
    /// What the file says and nothing that it leaves out.
    var normalised: JSONObject {
        JSONObject(given.map { ($0.key, normalised($0.key, $0.value.value)) })
    }

    /// The one value that is given, where it may stand for the table.
    fileprivate var shortForm: JSON? {
        guard definition.isShortForOneKey, given.count == 1, let only = given.first else { return nil }
        return normalised(only.key, only.value.value)
    }

    /// Of selectors there mostly is one, which stands by itself.
    private func normalised(_ key: String, _ value: SettingValue) -> JSON {
        if case .oneOrMany(.scalar(.selector))? = definition.key(key)?.type, case .list(let settings) = value,
            settings.count == 1
        {
            return settings[0].value.normalised
        }
        return value.normalised
    }
}

/// Block style YAML with every text in JSON's quotes (which are YAML's double quotes), keys in the order of their bytes.
enum CanonicalYAML {
    static func text(_ object: JSONObject) -> String {
        object.isEmpty ? "{}\n" : lines(object, indent: 0).joined(separator: "\n") + "\n"
    }

    private static func lines(_ object: JSONObject, indent: Int) -> [String] {
        let margin = String(repeating: "  ", count: indent)
        return object.members.flatMap { member -> [String] in
            let head = margin + key(member.key) + ":"
            guard case .object(let inner) = member.value, !inner.isEmpty else {
                return ["\(head) \(member.value.canonicalText)"]
            }
            return [head] + lines(inner, indent: indent + 1)
        }
    }

    /// Plain where every reader of YAML takes it for text; YAML 1.1 takes these words for something else.
    private static func key(_ name: String) -> String {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let isPlain =
            name.utf8.first.map(letters.contains) ?? false
            && name.utf8.allSatisfy { letters.contains($0) || $0 == UInt8(ascii: "-") }
        let isWord = ["on", "off", "yes", "no", "y", "n", "true", "false", "null"].contains(name)
        return isPlain && !isWord ? name : JSON.string(name).canonicalText
    }
}
