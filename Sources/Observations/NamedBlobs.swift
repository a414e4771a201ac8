// Which blobs an event names: what has to be there when the event is.

import CanonicalJSON
import EventLog

package enum NamedBlobs {
    /// The digests of the blobs that an event refers to: its `evidence`, and in its data every text `sha256:HEX` and every
    /// member `sha256`. What was observed (`….observed`) is foreign text and names none.
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
        if let text = value.stringValue {
            if let digest = Digest(reference: text) { named.append(digest) }
        } else if let values = value.arrayValue {
            for value in values { collect(value, into: &named) }
        } else if let object = value.objectValue {
            for member in object.members {
                if member.key == "sha256", let digest = member.value.stringValue.flatMap({ Digest(hex: $0) }) {
                    named.append(digest)
                } else {
                    collect(member.value, into: &named)
                }
            }
        }
    }
}
