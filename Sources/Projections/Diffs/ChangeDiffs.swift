// A change's list of fields, completed where a field is a text of several lines: what of it changed. Made when it is read, so
// that nothing that follows from old and new is written.

import CanonicalJSON

public enum ChangeDiffs {
    /// The same entries, `{"field","old"?,"new"?}`, with `diff` where old or new is a text of several lines.
    public static func completed(_ changes: JSON) -> JSON {
        guard let entries = changes.arrayValue else { return changes }
        return .array(
            entries.map { entry in
                guard var members = entry.objectValue, let diff = TextDiff(ofChange: entry) else { return entry }
                members["diff"] = diff.json
                return .object(members)
            })
    }

    /// The same on canonical JSON, which is only taken apart where there may be such a text.
    static func completed(_ changes: [UInt8]) -> [UInt8] {
        guard mayHaveLines(changes), let parsed = try? JSON.parse(changes) else { return changes }
        return completed(parsed).canonicalBytes
    }

    /// A list inside the list, or an escaped line break.
    private static func mayHaveLines(_ changes: [UInt8]) -> Bool {
        changes.dropFirst().contains(UInt8(ascii: "[")) || changes.contains(UInt8(ascii: "\\"))
            || changes.contains(0xC2) || changes.contains(0xE2)
    }
}
