import CanonicalJSON
import EventLog
import Foundation
import FoundationNetworking
import Reactors
import Testing

@testable import DaybookApp
@testable import Projections

@Suite("The numbers of a running daybook")
struct MetricsTextTests {
    @Test("a metric is its help, its type and a line for each value, with labels escaped")
    func page() {
        var page = MetricsPage()
        page.add("a_total", .counter, "How many.", [([], 3)])
        page.add(
            "b", .gauge, "How much.", [([("name", "say \"hi\"\\\n"), ("other", "ü")], 0.5), ([("name", "x")], 2)])
        page.add("c", .gauge, "Nothing.", [])
        #expect(
            page.text == """
                # HELP a_total How many.
                # TYPE a_total counter
                a_total 3
                # HELP b How much.
                # TYPE b gauge
                b{name="say \\"hi\\"\\\\\\n",other="ü"} 0.5
                b{name="x"} 2

                """)
    }

    @Test("what the process takes is what Linux says")
    func process() {
        let figures = ProcessFigures.current(since: Timestamp(millisecondsSinceEpoch: 0))
        #expect(figures.residentBytes > 1 << 20 && figures.descriptors >= 3 && figures.cpuSeconds > 0)
    }
}

@Suite("Whether a running daybook is up to its work")
struct ReadinessTests {
    private func reasons(
        lag: UInt64 = 0, failure: ProjectionFailure? = nil, isTelling: Bool = true, isStopping: Bool = false
    ) throws -> [String] {
        let scratch = try Scratch()
        let configuration = try Configuration.load(scratch.path("daybook.yaml"))
        let place = try Place.open(scratch.path("data"), create: true)
        defer { place.log.close() }
        let now = Timestamp(millisecondsSinceEpoch: 0)
        var report = StatusReport(now: now)
        report.projections = [
            ProjectionStatus(
                name: "sessions", version: 1, generation: 1, checkpoint: 5, lag: lag, failure: failure)
        ]
        return Readiness.reasons(
            report,
            ServiceState(
                configuration: configuration, place: place, isTelling: isTelling, looksUnderWay: [],
                isStopping: isStopping, now: now))
    }

    @Test("it is where all is derived and told")
    func ready() throws { #expect(try reasons(lag: Readiness.lagMax) == []) }

    @Test("a projection that is behind or stopped, and nobody who tells, are reasons why not")
    func notReady() throws {
        #expect(try reasons(lag: Readiness.lagMax + 1) == ["projection sessions is 10,001 events behind"])
        let failure = ProjectionFailure(sequence: 7, event: "R.1", reason: "its data is not a JSON object")
        #expect(
            try reasons(lag: 1, failure: failure) == [
                "projection sessions stopped at event 7 (R.1): its data is not a JSON object"
            ])
        #expect(try reasons(isTelling: false).count == 1)
        #expect(try reasons(isStopping: true) == ["it is stopping"])
    }
}

/// The real program over real HTTP.
@Suite("A daybook that listens", .timeLimit(.minutes(5)), .serialized)
struct ListeningTests {
    private static let watches = """
        token: sesame
        watches:
          shelf: { kind: page, every: 1h, fetch: { url: "http://127.0.0.1:9/" , retries: 0 } }
        """

    /// The page's status and text.
    private func get(_ port: Int, _ path: String, token: String? = "sesame") async throws -> (Int, String) {
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
        if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        let (data, response) = try await URLSession.shared.data(for: request)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
    }

    /// A port that nobody has right now.
    private func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(isBound)
        return Int(UInt16(bigEndian: address.sin_port))
    }

    @Test("its pages say that it lives, that it is ready, and how all stands, in numbers that promtool accepts")
    func pages() async throws {
        let port = try freePort()
        let scratch = try Scratch("listen: 127.0.0.1:\(port)\n" + Self.watches)
        let daybook = try RunningDaybook(scratch)
        #expect(await daybook.says("listening") != nil)
        // The watch's site is not there, so its first look fails.
        let failed = await daybook.says(#""outcome":"failed""#)
        #expect(failed?["error"]?.stringValue?.isEmpty == false)
        #expect(try await get(port, "/healthz", token: nil) == (200, "{\"status\":\"ok\"}\n"))
        let (status, ready) = try await get(port, "/readyz")
        #expect(status == 200 && ready.contains(#""status":"ready""#))
        #expect(try await get(port, "/metrics", token: nil).0 == 401)
        let (_, metrics) = try await get(port, "/metrics")
        #expect(metrics.contains(#"daybook_watch_failures_in_a_row{watch="shelf"} 1"#))
        #expect(metrics.contains(#"daybook_watch_outcome{watch="shelf",outcome="failed"} 1"#))
        #expect(metrics.contains(#"daybook_projection_lag_events{projection="runs"} 0"#))
        #expect(!metrics.contains("sesame"))
        let lint = try promtool(metrics, in: scratch)
        #expect(lint.status == 0, "\(lint.said)")
        daybook.send(SIGTERM)
        #expect(await daybook.end() == 0)
    }

    @Test("an address that is taken ends the start with one sentence")
    func taken() async throws {
        let port = try freePort()
        let scratch = try Scratch("listen: 127.0.0.1:\(port)\n" + Self.watches)
        let other = try Scratch("listen: 127.0.0.1:\(port)\n" + Self.watches)
        let daybook = try RunningDaybook(scratch)
        #expect(await daybook.says("listening") != nil)
        let said = await other.daybook("run")
        #expect(said.status == .world)
        #expect(said.errors.contains("cannot listen on 127.0.0.1:\(port): Address already in use; change `listen:`"))
    }

    /// Prometheus' own check of a page of metrics.
    private func promtool(_ text: String, in scratch: Scratch) throws -> (status: Int32, said: String) {
        try scratch.write(text, to: "metrics.txt")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["promtool", "check", "metrics"]
        process.standardInput = FileHandle(forReadingAtPath: scratch.path("metrics.txt"))
        let said = Pipe()
        process.standardOutput = said
        process.standardError = said
        try process.run()
        let text = String(decoding: try said.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}

@Suite("The token that init makes")
struct AccessTokenTests {
    @Test("it is for its owner alone, and one that is there stays")
    func made() async throws {
        let scratch = try Scratch()
        #expect(await scratch.daybook("init").status == .done)
        let token = try scratch.read("data/token")
        #expect(token.count == 44 && token.hasSuffix("\n"))
        let attributes = try FileManager.default.attributesOfItem(atPath: scratch.path("data/token"))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(await scratch.daybook("init").status == .done)
        #expect(try scratch.read("data/token") == token)
    }

    @Test("the configuration that it belongs to takes it, and shows it nowhere")
    func configured() async throws {
        let scratch = try Scratch("listen: 127.0.0.1:7373\ntoken: \"${file:data/token}\"\nwatches: {}\n")
        #expect(await scratch.daybook("config", "check").errors.contains("data/token cannot be read"))
        #expect(await scratch.daybook("init").status == .done)
        #expect(await scratch.daybook("config", "check").status == .done)
        let configuration = try Configuration.load(scratch.path("daybook.yaml"))
        #expect(configuration.normalisedText.contains("${file:data/token}"))
    }
}
