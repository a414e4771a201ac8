// The token that `init` makes for those who ask a running daybook over HTTP.

import Foundation

enum AccessToken {
    static let name = "token"

    /// Makes `data/token`, for its owner alone; one that is there is left as it is.
    static func make(in data: String) throws {
        let path = data + "/" + name
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            if errno == EEXIST { return }
            throw Failure(.world, "cannot write \(path): \(String(cString: strerror(errno)))")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do { try file.write(contentsOf: Data((text() + "\n").utf8)) } catch {
            unlink(path)
            throw Failure(.world, "cannot write \(path): the disk may be full")
        }
    }

    /// 32 random bytes as base64url (RFC 4648, section 5).
    private static func text() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = Data((0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })
        return bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
