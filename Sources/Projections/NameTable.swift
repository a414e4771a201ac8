// What a watch is called that was renamed: rows go on under its newest name, and its former ones lead there.

import CanonicalJSON
import EventLog

/// The table `names`, in every projection that keeps rows by watch.
struct NameTable {
    /// A name that a watch had, and the one that it has. Empty until a watch is renamed, so that asking costs next to nothing:
    /// `coalesce((SELECT watch FROM names WHERE former = ?), ?)`.
    static let definition = "CREATE TABLE names (former TEXT PRIMARY KEY, watch TEXT NOT NULL) WITHOUT ROWID;"
    static let eventType: StaticString = "watch.renamed"

    private let database: Connection

    init(_ database: Connection) { self.database = database }

    /// Takes in `watch.renamed`; the name under which the rows to carry on stand, where there is anything to do.
    ///
    /// A log holds what it is given, so this makes sense of any order: a watch renamed twice, renamed back, or to the name
    /// that it has.
    func rename(_ event: EventView) throws -> [UInt8]? {
        guard let was = try event.dataJSON()["was"]?.stringValue else { throw FoldError("its data does not say `was`") }
        let former = try current(was) ?? Array(was.utf8)
        let name = TextInPlace(event.subject.raw)
        guard !event.subject.raw.elementsEqual(former) else { return nil }
        try database.run("DELETE FROM names WHERE former = ?", name)
        try former.withUnsafeBytes { former in
            let former = TextInPlace(former)
            try database.run("UPDATE names SET watch = ? WHERE watch = ?", name, former)
            try database.run("INSERT OR REPLACE INTO names (former, watch) VALUES (?, ?)", former, name)
        }
        return former
    }

    /// What a name leads to, where that is another one.
    func current(_ name: String) throws -> [UInt8]? {
        try database.first("SELECT watch FROM names WHERE former = ?", name) { $0.array(0) }
    }

    /// Every name that leads to another one.
    func all() throws -> [[UInt8]: [UInt8]] {
        var names: [[UInt8]: [UInt8]] = [:]
        try database.forEach("SELECT former, watch FROM names") { names[$0.array(0)] = $0.array(1) }
        return names
    }

    /// The name that a watch has, whichever of its names was given.
    func resolved(_ name: String) throws -> String {
        try current(name).map { String(decoding: $0, as: UTF8.self) } ?? name
    }
}
