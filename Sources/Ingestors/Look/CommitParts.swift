// A run is one commit, up to what a commit may hold; a larger one is several, the run event in the last.

import CanonicalJSON
import EventLog

enum CommitParts {
    static let bytesMax = 64 << 20

    /// The drafts in order, cut so that no part's lines can be longer than the limit.
    static func of(_ drafts: [EventDraft], bytesMax: Int = bytesMax) -> [[EventDraft]] {
        var parts: [[EventDraft]] = []
        var part: [EventDraft] = []
        var size = 0
        for draft in drafts {
            let length = lineLengthMax(draft)
            if size + length > bytesMax, !part.isEmpty {
                parts.append(part)
                part = []
                size = 0
            }
            part.append(draft)
            size += length
        }
        return parts + [part]
    }

    /// At least the bytes of the event's line: members of a fixed length take some 500, and an escaped byte takes six.
    private static func lineLengthMax(_ draft: EventDraft) -> Int {
        var data: [UInt8] = []
        draft.data.write(into: &data)
        let texts = [draft.type, draft.source, draft.subject, draft.causation ?? "", draft.evidence ?? ""]
        return 640 + data.count + texts.reduce(0) { $0 + 6 * $1.utf8.count }
    }
}
