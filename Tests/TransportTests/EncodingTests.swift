// Content encodings: what the command line tools pack comes out as it was, and what is cut short is no answer.

import Foundation
import Synchronization
import Testing

@testable import Transport

/// Bytes as the Debian tools pack them, so that what undoes them is checked by another hand.
enum Packed {
    static let text = (0..<20_000).map { "line \($0) of a page that repeats itself\n" }.joined()

    private static let packed = Mutex<[String: [UInt8]]>([:])

    /// The text above, packed once by each tool.
    static func pack(_ encoding: String) throws -> [UInt8] {
        try packed.withLock {
            if let bytes = $0[encoding] { return bytes }
            let bytes = try pack(encoding, Array(text.utf8))
            $0[encoding] = bytes
            return bytes
        }
    }

    static func pack(_ encoding: String, _ bytes: [UInt8]) throws -> [UInt8] {
        switch encoding {
        case "gzip": try run(["gzip", "-c"], bytes)
        case "br": try run(["brotli", "-c", "-q", "5"], bytes)
        case "zstd": try run(["zstd", "-c", "-q"], bytes)
        case "deflate": try run(["python3", "-c", python("15")], bytes)
        case "raw deflate": try run(["python3", "-c", python("-15")], bytes)
        default: bytes
        }
    }

    private static func python(_ bits: String) -> String {
        """
        import sys, zlib
        p = zlib.compressobj(9, zlib.DEFLATED, \(bits))
        sys.stdout.buffer.write(p.compress(sys.stdin.buffer.read()) + p.flush())
        """
    }

    /// Through files: a pipe that nobody reads yet would hold up whoever writes.
    static func run(_ command: [String], _ input: [UInt8] = [], in folder: URL? = nil) throws -> [UInt8] {
        let name = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try Data(input).write(to: name)
        defer { try? FileManager.default.removeItem(at: name) }
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.currentDirectoryURL = folder
        process.standardInput = try FileHandle(forReadingFrom: name)
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(command)")
        return bytes
    }
}

struct ContentDecoderTests {
    /// Decodes in pieces of this size; nil when the stream did not come to its end.
    private func decode(
        _ bytes: [UInt8], _ encodings: [String], by size: Int = 1000, sizeMax: Int = .max
    ) throws -> [UInt8]? {
        var decoder = try ContentDecoder(encodings, sizeMax: sizeMax)
        var result: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: min(size, bytes.count - start), alignment: 1)
            defer { piece.deallocate() }
            piece.copyBytes(from: bytes[start..<start + piece.count])
            try decoder.take(UnsafeRawBufferPointer(piece)) { (part) throws(Fault) in result.append(contentsOf: part) }
        }
        return decoder.isComplete ? result : nil
    }

    private let encodings = [
        ("gzip", "gzip"), ("gzip", "x-GZIP"), ("br", "br"), ("zstd", "zstd"), ("deflate", "deflate"),
        ("raw deflate", "deflate"), ("none", "identity"),
    ]

    @Test(arguments: [1, 7, 1000, 1 << 20])
    func `Whatever the pieces, the whole comes out`(size: Int) throws {
        for (packer, name) in encodings {
            let bytes = try Packed.pack(packer)
            #expect(try decode(bytes, [name], by: size) == Array(Packed.text.utf8), "\(packer)")
        }
    }

    @Test func `Nothing, packed, is nothing`() throws {
        for (packer, name) in encodings {
            #expect(try decode(Packed.pack(packer, []), [name]) == [], "\(packer)")
        }
    }

    @Test(arguments: ["gzip", "br", "zstd", "deflate", "raw deflate"])
    func `A stream cut short anywhere is not complete`(packer: String) throws {
        let bytes = try Packed.pack(packer)
        let name = packer == "raw deflate" ? "deflate" : packer
        for cut in [1, 4, 8, bytes.count / 2, bytes.count - 1] {
            #expect(try decode(Array(bytes.dropLast(cut)), [name]) == nil, "\(cut)")
        }
    }

    @Test func `Encodings in a row are undone from the last to the first`() throws {
        let bytes = try Packed.pack("br", Packed.pack("gzip"))
        #expect(try decode(bytes, ["gzip", "br"]) == Array(Packed.text.utf8))
        #expect(try decode(bytes, ["gzip , br"]) == Array(Packed.text.utf8))
    }

    @Test func `What lies between two encodings is capped too, though nothing comes out in the end`() throws {
        let nothing = try Packed.pack("gzip", [])
        let bomb = try Packed.pack("gzip", Array((0..<100_000).map { _ in nothing }.joined()))
        #expect(throws: Fault.tooLarge(.inflated, limit: 1 << 20)) {
            try decode(bomb, ["gzip, gzip"], sizeMax: 1 << 20)
        }
    }

    @Test func `Members in a row are one text, and padding behind them is passed over`() throws {
        let member = try Packed.pack("gzip", Array("abc".utf8))
        for size in [1, 1000] {
            #expect(try decode(member + member + [0, 0, 0], ["gzip"], by: size) == Array("abcabc".utf8))
        }
        let frame = try Packed.pack("zstd", Array("abc".utf8))
        #expect(try decode(frame + frame, ["zstd"]) == Array("abcabc".utf8))
    }

    @Test(arguments: ["gzip", "br", "zstd", "deflate"])
    func `What was never packed is garbage`(name: String) throws {
        #expect(throws: Fault.garbage("it does not inflate")) {
            try decode(Array(repeating: 0x7f, count: 5000), [name])
        }
    }

    @Test func `A flipped bit in a gzip body is noticed`() throws {
        var bytes = try Packed.pack("gzip")
        bytes[bytes.count - 6] ^= 1
        #expect(throws: Fault.garbage("it does not inflate")) { try decode(bytes, ["gzip"]) }
    }

    @Test(arguments: ["compress", "aes128gcm", "gzip, compress", "br,br,br,br,br,br"])
    func `An encoding that was not offered is refused`(header: String) {
        #expect(throws: Fault.self) { _ = try ContentDecoder([header]).isComplete }
    }

    @Test func `A zstd window that would take much memory is refused`() {
        // A frame's magic, a descriptor without sizes, and a window of 2^27 (RFC 8878, section 3.1.1.1).
        let header: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x00, (27 - 10) << 3]
        #expect(throws: Fault.garbage("it does not inflate")) { try decode(header + [0, 0, 0, 0], ["zstd"]) }
        let modest: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x00, (23 - 10) << 3, 0x01, 0x00, 0x00]
        #expect(throws: Never.self) { try decode(modest, ["zstd"]) }
    }
}

@Suite(.timeLimit(.minutes(5)))
struct EncodedAnswerTests {
    let client = makeClient()

    private func store(_ packer: String, as name: String) async throws -> String {
        let url = try StandIn.url("/store/\(name)")
        let request = HTTPRequest(url: url, method: "PUT", body: try Packed.pack(packer))
        #expect(try await client.send(request).status == 201)
        return url
    }

    @Test(arguments: ["gzip", "br", "zstd", "deflate"])
    func `An answer is inflated, and its transfer counted as it was`(encoding: String) async throws {
        let url = try await store(encoding, as: "whole-\(encoding)")
        let response = try await client.send(HTTPRequest(url: "\(url)?encoding=\(encoding)"))
        #expect(response.text == Packed.text)
        #expect(response.wireBytes == (try Packed.pack(encoding).count))
        #expect(response.wireBytes < response.body.count / 4)
    }

    @Test(arguments: ["gzip", "br", "zstd", "deflate"])
    func `A stream that ends early in a sound frame is cut short all the same`(encoding: String) async throws {
        let url = try await store(encoding, as: "cut-\(encoding)")
        let fault = try await client.fault(HTTPRequest(url: "\(url)?encoding=\(encoding)&cut=20"))
        #expect(fault == .cutShort(received: try Packed.pack(encoding).count - 20))
    }

    @Test(arguments: ["gzip", "br", "zstd", "deflate"])
    func `The cap holds for what it inflates to`(encoding: String) async throws {
        let url = try await store(encoding, as: "cap-\(encoding)")
        let request = HTTPRequest(url: "\(url)?encoding=\(encoding)", limits: Limits(size: 500_000))
        #expect(try await client.fault(request) == .tooLarge(.inflated, limit: 500_000))
    }

    @Test func `An encoded answer without a body is whole`() async throws {
        let url = try await store("gzip", as: "head")
        let response = try await client.send(HTTPRequest(url: "\(url)?encoding=gzip", method: "HEAD"))
        #expect(response.status == 200)
        #expect(response.body.isEmpty)
    }
}
