// Leases: "only one process does this at a time", over processes and without clocks.

import Glibc

/// An advisory lock on `locks/NAME` in a data folder, held until this value goes or the process ends, however it does.
public struct Lease: ~Copyable {
    private let file: any LogFile

    /// Nil where another process, or another part of this one, has it; `holder` then says who.
    public static func take(_ name: String, in dataDirectory: String) throws(LogError) -> Lease? {
        let files = SystemFileSystem()
        try files.makeDirectory(dataDirectory + "/locks")
        let file = try files.open(path(name, dataDirectory), .write)
        // Tried a few times: someone who asks for the holder has it for a moment.
        var tries = 5
        while try !file.lock(wait: false) {
            tries -= 1
            guard tries > 0 else { return nil }
            usleep(1_000)
        }
        try file.truncate(to: 0)
        try file.write(Array("\(getpid())\n".utf8), at: 0)
        return Lease(file: file)
    }

    /// The process that has the lease, where one has.
    public static func holder(_ name: String, in dataDirectory: String) -> Int? {
        guard let file = try? SystemFileSystem().open(path(name, dataDirectory), .read) else { return nil }
        if (try? file.lock(wait: false)) == true {
            file.unlock()
            return nil
        }
        guard let bytes = try? file.read(at: 0, count: 20) else { return nil }
        return Int(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }

    private init(file: any LogFile) { self.file = file }

    deinit { file.unlock() }

    /// Any text makes a file name, and no other than in `locks/`: what is not a letter, digit, `-`, `_` or an inner dot is written `%XX`.
    private static func path(_ name: String, _ dataDirectory: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var file: [UInt8] = []
        for byte in name.utf8 {
            let scalar = Unicode.Scalar(byte)
            let isPlain =
                scalar.properties.isASCIIHexDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
                || byte == UInt8(ascii: ".") && !file.isEmpty
            file += isPlain ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return dataDirectory + "/locks/" + String(decoding: file, as: UTF8.self)
    }
}
