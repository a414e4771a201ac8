// data/run.sock: where a running `run` takes over what other processes would do.

import Glibc

/// The address of the socket in a data folder. A socket's address holds 107 bytes and a path may be longer, so the folder is
/// named by a descriptor of ours (proc(5), /proc/self/fd), which goes with this value.
final class HandOverSocket: Sendable {
    static let name = "run.sock"
    let path: String
    private let folder: Int32

    init(_ dataDirectory: String) throws(Failure) {
        folder = open(dataDirectory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else {
            throw Failure(.world, "cannot open \(dataDirectory): \(String(cString: strerror(errno)))")
        }
        path = "/proc/self/fd/\(folder)/\(Self.name)"
    }

    deinit { close(folder) }
}

/// Splits bytes that come in pieces into lines.
struct LineSplitter {
    /// Far more than any line that is said here.
    static let lineBytesMax = 16 << 20

    private var rest: [UInt8] = []

    /// The lines that are whole now, without their newlines; nil where one is longer than is sensible.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [[UInt8]]? {
        rest += bytes
        guard rest.contains(0x0A) else { return rest.count <= Self.lineBytesMax ? [] : nil }
        var lines = rest.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
        rest = lines.removeLast()
        return lines
    }
}
