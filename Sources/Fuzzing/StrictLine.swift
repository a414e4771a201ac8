// An event's line read the slow way, from docs/log-format.md alone: parse all of it as JSON, write it anew, compare.

#if DEBUG

import CanonicalJSON

@testable import EventLog

/// What a line says that is in the log's one form.
struct StrictLine {
    let members: JSONObject

    /// Nil where the line is not what the format page describes.
    init?(_ line: UnsafeRawBufferPointer) {
        guard let value = try? JSON.parse(line), case .object(let members) = value else { return nil }
        self.members = members
        let known = Self.keys.filter { members[$0] != nil }
        guard members.count == known.count, Set(Self.optional).isSuperset(of: Set(Self.keys).subtracting(known)),
            isWellFormed, written(known).elementsEqual(line)
        else { return nil }
    }

    private static let keys = [
        "specversion", "sequence", "type", "source", "subject", "id", "time", "recordedtime", "revision",
        "causationid", "evidence", "dataschema", "data",
    ]
    private static let optional = ["recordedtime", "causationid", "evidence"]

    private func written(_ keys: [String]) -> [UInt8] {
        var out: [UInt8] = []
        for key in keys {
            out.append(UInt8(ascii: out.isEmpty ? "{" : ","))
            JSON.writeString(key, into: &out)
            out.append(UInt8(ascii: ":"))
            members[key]?.write(into: &out)
        }
        return out + [UInt8(ascii: "}")]
    }

    private func text(_ key: String) -> String { members[key]?.stringValue ?? "" }

    private var isWellFormed: Bool {
        let type = text("type").split(separator: ".", omittingEmptySubsequences: false)
        let digits = text("sequence").utf8
        let texts = ["source", "subject"] + Self.optional.filter { members[$0] != nil }
        return text("specversion") == "1.0" && UInt64(text("sequence")) != nil && digits.count == 20
            && digits.allSatisfy { (0x30...0x39).contains($0) }
            && type.count > 1 && type.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(Self.isTypeLetter) }
            && texts.allSatisfy { !text($0).isEmpty } && EventID(text("id"))?.description == text("id")
            && isTime("time") && (members["recordedtime"] == nil || isTime("recordedtime"))
            && text("recordedtime") != text("time") && (members["revision"]?.intValue ?? 0) >= 1
            && isSchema && members["data"]?.objectValue != nil
    }

    private static func isTypeLetter(_ byte: UInt8) -> Bool {
        byte == 0x2D || (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private func isTime(_ key: String) -> Bool {
        Timestamp(text(key)).map { JSON.string($0.description) == members[key] } ?? false
    }

    private var isSchema: Bool {
        let parts = text("dataschema").split(separator: "/")
        guard let number = parts.last.flatMap({ Int($0) }), number > 0 else { return false }
        return JSON.string("daybook:\(text("type"))/\(number)") == members["dataschema"]
    }
}

#endif
