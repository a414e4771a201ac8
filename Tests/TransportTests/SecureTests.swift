// TLS and HTTP/2, against nghttpd with a certificate made for the test.

import Foundation
import Testing

@testable import Transport

/// nghttpd (Debian: nghttp2-server) on loopback, serving one page over HTTP/2.
///
/// `@unchecked Sendable`: set once and never changed.
final class SecureServer: @unchecked Sendable {
    let base: String
    let authorities: String
    private let folder: URL
    private let process = Process()
    private let input = Pipe()

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("daybook-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data("over h2\n".utf8).write(to: folder.appendingPathComponent("page.txt"))
        authorities = folder.appendingPathComponent("cert.pem").path
        _ = try Packed.run(
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days",
                "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out",
                "cert.pem",
            ], in: folder)
        let port = try Self.freePort()
        base = "https://localhost:\(port)"
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["sh", "-c", Self.untilInputEnds, "sh", folder.path, String(port)]
        process.standardInput = input
        process.currentDirectoryURL = folder
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    /// So that it ends with this process, however that ends.
    private static let untilInputEnds = """
        nghttpd -a 127.0.0.1 -d "$1" "$2" key.pem cert.pem &
        cat > /dev/null
        kill -9 $!
        """

    deinit {
        try? input.fileHandleForWriting.close()
        try? FileManager.default.removeItem(at: folder)
    }

    /// A port that was free a moment ago: nghttpd does not tell which one it took.
    private static func freePort() throws -> Int {
        let script = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
        let text = String(decoding: try Packed.run(["python3", "-c", script]), as: UTF8.self)
        return try #require(Int(text.trimmed()))
    }

    /// Until it accepts connections.
    func ready(_ client: HTTPClient) async throws {
        while case .connectFailed? = await Self.fault(client, base) { try await pause() }
    }

    private static func fault(_ client: HTTPClient, _ url: String) async -> Fault? {
        do throws(TransportError) {
            _ = try await client.send(HTTPRequest(url: url))
            return nil
        } catch {
            return error.fault
        }
    }
}

@Suite(.timeLimit(.minutes(5)))
struct SecureTests {
    @Test func `HTTP 2 is spoken where the server can, many requests at once`() async throws {
        let server = try SecureServer()
        let client = makeClient { $0.authorities = server.authorities }
        try await server.ready(client)
        try await withThrowingTaskGroup(of: HTTPResponse.self) { group in
            for _ in 0..<20 { group.addTask { try await client.send(HTTPRequest(url: server.base + "/page.txt")) } }
            for try await response in group {
                #expect(response.httpVersion == "2")
                #expect(response.text == "over h2\n")
            }
        }
    }

    @Test func `A certificate that nobody vouches for is not accepted`() async throws {
        let server = try SecureServer()
        let client = makeClient()
        try await server.ready(client)
        guard case .certificate(host: "localhost", _) = try await client.fault(HTTPRequest(url: server.base)) else {
            Issue.record("another fault")
            return
        }
    }

    @Test func `A certificate for another name is not accepted`() async throws {
        let server = try SecureServer()
        let client = makeClient { $0.authorities = server.authorities }
        try await server.ready(client)
        let url = server.base.replacingOccurrences(of: "localhost", with: "127.0.0.1")
        guard case .certificate(host: "127.0.0.1", _) = try await client.fault(HTTPRequest(url: url)) else {
            Issue.record("another fault")
            return
        }
    }

    @Test func `A server that speaks no TLS is told apart from a bad certificate`() async throws {
        let url = try StandIn.url("/hello").replacingOccurrences(of: "http://", with: "https://")
        guard case .tls = try await makeClient().fault(HTTPRequest(url: url)) else {
            Issue.record("another fault")
            return
        }
    }
}
