// Whom the data belongs to: root acts as that user, so that a service finds nothing among its files that it may not use.

import CLinux
import Glibc

/// A user as the system knows one.
struct DataOwner: Equatable {
    let user: uid_t
    let group: gid_t

    /// The owner of what is at `path`, or where that is missing, of the nearest folder above it that is there.
    init?(of path: String) {
        var status = stat()
        var place = path
        while stat(place, &status) != 0 {
            guard errno == ENOENT, let above = Self.folder(of: place) else { return nil }
            place = above
        }
        (user, group) = (status.st_uid, status.st_gid)
    }

    private static func folder(of path: String) -> String? {
        let name = path.hasSuffix("/") ? path.dropLast() : path[...]
        guard !name.isEmpty, name != "." else { return nil }
        guard let slash = name.lastIndex(of: "/") else { return "." }
        return slash == name.startIndex ? "/" : String(name[..<slash])
    }

    /// Has a process of root's act as the owner of `dataDirectory` from here on, and programs that it starts be nothing else. Where that
    /// user does not come to the folder at all, everything stays as it is.
    static func act(for dataDirectory: String) {
        guard geteuid() == 0, let owner = DataOwner(of: dataDirectory), owner.user != 0 else { return }
        var group = owner.group
        // The saved user stays root's (credentials(7)), for `asInvoker`.
        guard setgroups(1, &group) == 0, setresgid(group, group, 0) == 0, setresuid(owner.user, owner.user, 0) == 0
        else { return resume() }
        if DataOwner(of: dataDirectory) != owner { resume() }
    }

    /// What is the invoker's own, and not the data's: a configuration file that root keeps.
    static func asInvoker<Result>(_ body: () throws -> Result) rethrows -> Result {
        let (user, group) = (geteuid(), getegid())
        guard user != 0, seteuid(0) == 0 else { return try body() }
        _ = setegid(0)
        defer {
            _ = setegid(group)
            _ = seteuid(user)
        }
        return try body()
    }

    private static func resume() {
        _ = setresuid(0, 0, 0)
        _ = setresgid(0, 0, 0)
    }
}
