// Which changes or events `follow` tells.

import CanonicalJSON
import JSONQuery
import Reactors

struct FollowFilter: Sendable {
    /// Kinds of changes, or types of events, in which `*` stands for any text; all when there are none.
    var kinds: [String] = []
    /// All names of the watch that is asked about.
    var watchNames: [String]?
    /// How a change must have come to be known; in any way when there are none.
    var origins: Set<String> = []
    /// Over the whole line.
    var program: JSONFilter?

    /// By what stands in the line's head, which needs no parsing.
    func concerns(kind: String, subject: String) -> Bool {
        guard kinds.isEmpty || kinds.contains(where: { Selection.matches($0, kind) }) else { return false }
        guard let watchNames else { return true }
        let watch = subject.utf8.prefix { $0 != UInt8(ascii: "/") }
        return watchNames.contains { $0.utf8.elementsEqual(watch) }
    }

    /// - Parameter line: made only where it is needed.
    func lets(kind: String, subject: String, origin: String?, line: () throws -> JSON) throws -> Bool {
        guard concerns(kind: kind, subject: subject) else { return false }
        if let origin, !origins.isEmpty, !origins.contains(origin) { return false }
        guard let program else { return true }
        do { return try program.matches(try line()) } catch let error as JSONQueryError {
            throw Failure(.usage, "--where: \(error), at \(kind) \(subject)")
        }
    }
}
