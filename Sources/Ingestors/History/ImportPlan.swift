// Which versions of a history are to be imported, and at which times their runs are put. Pure.

import EventLog

/// A version with the time that its run gets.
struct PlannedVersion: Equatable {
    var version: SavedVersion
    /// When it was saved; where that is earlier than the version before it, that version's time: a watch's past does not go back,
    /// and what was committed later is later.
    var time: Timestamp
}

/// What a watch's log says about an import into it.
struct ImportedPast: Equatable {
    /// The commit of the newest run that was imported from a version of this history, where there is one.
    var commit: String?
    /// The commits of newer runs that were imported from this path and are no versions of this history, the newest first.
    var unknown: [String] = []
    /// When the newest of all the watch's events was observed; nil where there is none.
    var newest: Timestamp?
}

struct ImportPlan: Equatable {
    /// Those that are still to be imported, oldest first.
    var versions: [PlannedVersion]
    /// How many of the history are in the log already, or were passed over.
    var done: Int

    /// Why an import cannot be.
    enum Refusal: Error, Equatable {
        /// The watch has events that are newer than the history's next version.
        case newer(newest: Timestamp, next: Timestamp)
    }

    init(_ history: [SavedVersion], after past: ImportedPast) throws(Refusal) {
        let all = Self.timed(history)
        let last = past.commit.flatMap { commit in all.lastIndex { $0.version.commit == commit } }
        done = last.map { $0 + 1 } ?? 0
        versions = Array(all[done...])
        guard let newest = past.newest, let next = versions.first?.time, newest > next else { return }
        throw .newer(newest: newest, next: next)
    }

    static func timed(_ history: [SavedVersion]) -> [PlannedVersion] {
        var newest: Timestamp?
        return history.map { version in
            let time = max(version.saved, newest ?? version.saved)
            newest = time
            return PlannedVersion(version: version, time: time)
        }
    }
}

/// `git:COMMIT:PATH`, as events refer to what they were read from.
struct GitEvidence: Equatable {
    var commit: String
    var path: String

    init(commit: String, path: String) {
        self.commit = commit
        self.path = path
    }

    init?(_ reference: String) {
        let parts = reference.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "git", !parts[1].isEmpty else { return nil }
        self.init(commit: String(parts[1]), path: String(parts[2]))
    }

    var reference: String { "git:\(commit):\(path)" }
}
