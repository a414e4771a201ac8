// Reading a tar archive through libarchive, one member after the other, and nothing in it but regular files.

import CArchive
import EventLog
import Glibc

/// An archive that comes from a descriptor. Whoever made the descriptor closes it.
final class TarReader {
    struct Member {
        let path: String
        /// In bytes, as the header has it.
        let size: Int
    }

    private let archive: OpaquePointer
    private let path: String
    private var current: Member?

    /// - Parameter path: what errors call it.
    init(_ descriptor: Int32, path: String) throws(SnapshotError) {
        guard let archive = archive_read_new() else {
            throw .system(operation: "read", path: path, reason: "no memory")
        }
        self.archive = archive
        self.path = path
        // Only tar as it stands: with no compression around it nothing can unfold to more than it is.
        archive_read_support_format_tar(archive)
        // What stands behind an archive's end is read as more of it: nothing may be appended to a snapshot but zeros.
        archive_read_set_format_option(archive, "tar", "read_concatenated_archives", "1")
        guard archive_read_open_fd(archive, descriptor, 1 << 18) == ARCHIVE_OK else { throw failure() }
    }

    deinit { archive_read_free(archive) }

    /// The next member; nil at the archive's end.
    func next() throws(SnapshotError) -> Member? {
        var entry: OpaquePointer?
        switch archive_read_next_header(archive, &entry) {
        case ARCHIVE_EOF: return nil
        case ARCHIVE_OK: break
        default: throw failure()
        }
        guard let entry, let name = archive_entry_pathname(entry).map({ String(cString: $0) }), !name.isEmpty else {
            throw .foreign(path, reason: "it has a member without a usable name")
        }
        guard archive_entry_filetype(entry) == UInt32(Glibc.S_IFREG), archive_entry_hardlink(entry) == nil,
            archive_entry_sparse_count(entry) == 0
        else { throw .foreign(path, reason: "its member \"\(name)\" is not a regular file") }
        let member = Member(path: name, size: Int(archive_entry_size(entry)))
        guard member.size >= 0 else { throw .foreign(path, reason: "its member \"\(name)\" has no size") }
        current = member
        return member
    }

    /// Hands over the member's bytes in order; there are exactly as many as its header says.
    func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard let member = current else { return }
        var done = 0
        while true {
            var bytes: UnsafeRawPointer?
            var count = 0
            var offset: la_int64_t = 0
            let code = archive_read_data_block(archive, &bytes, &count, &offset)
            if code == ARCHIVE_EOF { break }
            guard code == ARCHIVE_OK else { throw failure() }
            guard Int(offset) == done, count <= member.size - done else {
                throw SnapshotError.foreign(path, reason: "its member \"\(member.path)\" has holes or is too long")
            }
            done += count
            if count > 0 { try body(UnsafeRawBufferPointer(start: bytes, count: count)) }
        }
        guard done == member.size else {
            throw SnapshotError.foreign(path, reason: "its member \"\(member.path)\" is cut short")
        }
    }

    private func failure() -> SnapshotError {
        let said = archive_error_string(archive).map { String(cString: $0) }
        if archive_errno(archive) == EISDIR {
            return .system(operation: "read", path: path, reason: "it is a folder")
        }
        return .foreign(path, reason: "it cannot be read as a tar archive (\(said ?? "no reason given"))")
    }
}
