// Which blobs an event names: what has to be there when the event is.

import CanonicalJSON
import EventLog

package enum NamedBlobs {
    /// The digests of the blobs that an event refers to: its `evidence`, and in its data every object that says a blob's `size`
    /// beside its `blob` (`sha256:HEX`) or `sha256` (HEX). Other digests are of something else. What was observed
    /// (`….observed`) is foreign text and names none.
    package static func of(_ event: EventView) -> [Digest] {
        var named: [Digest] = []
        if let evidence = event.evidence, let digest = Digest(reference: evidence.string) { named.append(digest) }
        guard !event.type.string.hasSuffix(".observed"), Bytes(event.data).contains("sha256"),
            let data = try? event.dataJSON()
        else { return named }
        collect(data, into: &named)
        return named
    }

    private static func collect(_ value: JSON, into named: inout [Digest]) {
        if let values = value.arrayValue {
            for value in values { collect(value, into: &named) }
        } else if let object = value.objectValue {
            if object["size"]?.intValue != nil, let digest = digest(in: object) { named.append(digest) }
            for member in object.members { collect(member.value, into: &named) }
        }
    }

    private static func digest(in object: JSONObject) -> Digest? {
        object["blob"]?.stringValue.flatMap { Digest(reference: $0) }
            ?? object["sha256"]?.stringValue.flatMap { Digest(hex: $0) }
    }
}
