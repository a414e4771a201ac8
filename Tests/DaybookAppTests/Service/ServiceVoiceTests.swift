import CanonicalJSON
import EventLog
import Glibc
import Logging
import Testing

@testable import DaybookApp

@Suite("What the service says of itself")
struct ServiceLogTests {
    private func said(_ form: ServiceLog.Form, _ body: (Logger) -> Void) -> String {
        let recorder = Recorder()
        let logger = Logger(label: "daybook") { _ in
            ServiceLog(form, console: recorder.console) { Timestamp("2026-11-21T10:02:03.456Z") ?? .now() }
        }
        body(logger)
        return recorder.errors
    }

    @Test("for a program, one object a line, numbers as numbers, whatever is in the text")
    func json() throws {
        let text = said(.json) {
            $0.warning(
                "two\nlines \u{1b}[31m", metadata: ["watch": "w", "changed": .stringConvertible(3), "all": ["a", "b"]])
        }
        #expect(text.split(separator: "\n").count == 1)
        let object = try JSON.parse(text)
        #expect(object["message"] == "two\nlines \u{1b}[31m" && object["level"] == "warning" && object["changed"] == 3)
        #expect(object["all"] == ["a", "b"] && object["time"] == "2026-11-21T10:02:03.456Z")
    }

    @Test("for people, a line with the time, the word where something is wrong, and nothing that steers a terminal")
    func text() {
        let text = said(.text) {
            $0.info("looked", metadata: ["watch": "w\u{1b}[2J"])
            $0.error("no room")
            $0.debug("not said at this level")
        }
        #expect(text == "2026-11-21 10:02:03  looked watch=w␛[2J\n2026-11-21 10:02:03  error: no room\n")
    }
}

@Suite("What systemd is told")
struct SystemNotifierTests {
    /// A datagram socket as systemd's, at an abstract address.
    private func heard(_ name: String, _ count: Int, _ body: (SystemNotifier) -> Void) throws -> [String] {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: [0] + Array(name.utf8)) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + 1 + name.utf8.count)
        let isBound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(isBound == 0)
        body(SystemNotifier { ["NOTIFY_SOCKET": "@" + name, "WATCHDOG_USEC": "3000000"][$0] })
        return (0..<count).map { _ in
            var buffer = [UInt8](repeating: 0, count: 4096)
            let read = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            return String(decoding: buffer.prefix(max(0, read)), as: UTF8.self)
        }
    }

    @Test("ready, alive, stopping, in the words of sd_notify(3)")
    func words() throws {
        let said = try heard("daybook-test-\(getpid())", 3) {
            $0.ready("watching 2 things")
            $0.alive()
            $0.stopping()
        }
        #expect(said == ["READY=1\nSTATUS=watching 2 things", "WATCHDOG=1", "STOPPING=1"])
    }

    @Test(
        "the watchdog is served where it is set, and set for this process",
        arguments: [
            (["WATCHDOG_USEC": "3000000"], 3.0), ([:], nil), (["WATCHDOG_USEC": "x"], nil),
            (["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"], nil),
        ] as [([String: String], Double?)])
    func watchdog(environment: [String: String], seconds: Double?) {
        #expect(SystemNotifier { environment[$0] }.watchdogSeconds == seconds)
    }
}

@Suite("Lines over a socket")
struct LineSplitterTests {
    @Test("come out whole, however the bytes came in", arguments: 1...12)
    func pieces(size: Int) throws {
        var splitter = LineSplitter()
        var lines: [String] = []
        let bytes = Array("one\n\ntwo three\nrest".utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            let whole = splitter.take(bytes[start..<min(start + size, bytes.count)])
            lines += try #require(whole).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(lines == ["one", "", "two three"])
    }

    @Test("that never end are given up")
    func endless() {
        var splitter = LineSplitter()
        let piece = [UInt8](repeating: 0x61, count: LineSplitter.lineBytesMax)
        let first = splitter.take(piece)
        let second = splitter.take([0x61])
        #expect(first?.isEmpty == true && second == nil)
    }
}
