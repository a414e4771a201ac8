// The loopback server that the tests ask, and clients that ask it.

import Foundation
import Testing
import Transport

/// tools/testing/http_standin.py, started once for all tests; it ends when this process does, with its standard input.
///
/// `@unchecked Sendable`: set once and never changed.
final class StandIn: @unchecked Sendable {
    let base: String
    private let process: Process
    private let input: Pipe

    static let shared = Result { try StandIn() }

    /// A URL on the shared server.
    static func url(_ path: String) throws -> String { try shared.get().base + path }

    init(host: String = "127.0.0.1") throws {
        process = Process()
        input = Pipe()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", Repository.path("tools/testing/http_standin.py"), "--host", host]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        base = line.trimmingCharacters(in: .whitespacesAndNewlines)
        try #require(base.hasPrefix("http://"), "the stand-in did not start")
    }

    deinit { try? input.fileHandleForWriting.close() }
}

enum Repository {
    static func path(_ relative: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent(relative).path
    }
}

/// A client that knows no proxy and waits for nothing, changed as a test wants it.
func makeClient(_ change: (inout HTTPClient.Configuration) -> Void = { _ in }) -> HTTPClient {
    var configuration = HTTPClient.Configuration(
        userAgent: HTTPClient.Configuration.userAgent(version: "1.2", page: "https://daybook.example/"), proxies: .none,
        timing: FakeTime().timing)
    change(&configuration)
    return HTTPClient(configuration: configuration)
}

extension HTTPClient {
    /// The fault of a request that must fail.
    func fault(_ request: HTTPRequest) async throws -> Fault {
        do throws(TransportError) {
            let response = try await send(request)
            Issue.record("answered \(response.status)")
            return .failed("it did not fail")
        } catch {
            return error.fault
        }
    }
}

extension HTTPResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
    func json<T: Decodable>(_ type: T.Type) throws -> T { try JSONDecoder().decode(type, from: Data(body)) }
}

/// What `/echo` tells.
struct Echo: Decodable {
    let method: String
    let path: String
    let headers: [String: String]
    let body: String
}

/// One line of `/log`.
struct Logged: Decodable {
    let path: String
    let time: Double
    let inside: Int
    let port: Int
}
