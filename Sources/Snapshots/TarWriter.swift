// Writing a tar archive (POSIX.1-2001 pax, plain ustar headers where they do) through libarchive.

import CArchive
import EventLog
import Glibc

/// An archive that goes to a descriptor. Whoever made the descriptor closes it.
final class TarWriter {
    private let archive: OpaquePointer
    private let path: String
    private let time: Timestamp
    /// Bytes that the member begun still lacks.
    private var missing = 0

    /// - Parameters:
    ///   - path: what errors call it.
    ///   - time: every member's.
    init(_ descriptor: Int32, path: String, time: Timestamp) throws(SnapshotError) {
        guard let archive = archive_write_new() else {
            throw .system(operation: "write", path: path, reason: "no memory")
        }
        self.archive = archive
        self.path = path
        self.time = time
        archive_write_set_format_pax_restricted(archive)
        archive_write_set_bytes_per_block(archive, 1 << 18)
        archive_write_set_bytes_in_last_block(archive, 10_240)
        guard archive_write_open_fd(archive, descriptor) == ARCHIVE_OK else { throw failure() }
    }

    deinit {
        // Without this an archive that was given up would still get its end.
        archive_write_fail(archive)
        archive_write_free(archive)
    }

    /// Begins a regular file, mode 0600; exactly `size` bytes are to follow.
    func begin(_ name: String, size: Int) throws(SnapshotError) {
        try endMember()
        guard let entry = archive_entry_new() else {
            throw .system(operation: "write", path: path, reason: "no memory")
        }
        defer { archive_entry_free(entry) }
        archive_entry_set_pathname(entry, name)
        archive_entry_set_filetype(entry, UInt32(Glibc.S_IFREG))
        archive_entry_set_perm(entry, 0o600)
        archive_entry_set_size(entry, la_int64_t(size))
        archive_entry_set_mtime(entry, time_t(time.millisecondsSinceEpoch / 1_000), 0)
        guard archive_write_header(archive, entry) == ARCHIVE_OK else { throw failure() }
        missing = size
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SnapshotError) {
        // A member that was declared shorter would be cut without a word.
        guard bytes.count <= missing else { throw .changed(path) }
        guard archive_write_data(archive, bytes.baseAddress, bytes.count) == bytes.count else { throw failure() }
        missing -= bytes.count
    }

    func add(_ name: String, _ bytes: [UInt8]) throws(SnapshotError) {
        try begin(name, size: bytes.count)
        let result: Result<Void, SnapshotError> = bytes.withUnsafeBytes { raw in
            do throws(SnapshotError) { return .success(try write(raw)) } catch { return .failure(error) }
        }
        try result.get()
    }

    /// Writes the archive's end.
    func close() throws(SnapshotError) {
        try endMember()
        guard archive_write_close(archive) == ARCHIVE_OK else { throw failure() }
    }

    private func endMember() throws(SnapshotError) {
        guard missing == 0 else { throw .changed(path) }
    }

    private func failure() -> SnapshotError {
        let code = archive_errno(archive)
        let said = archive_error_string(archive).map { String(cString: $0) }
        return .system(
            operation: "write", path: path, reason: code > 0 ? String(cString: strerror(code)) : said ?? "it failed")
    }
}
