import CanonicalJSON
import Foundation
import Testing

@testable import Reactors

/// What a program finds when it is started, as it says itself.
@Suite("The surroundings of a program", .timeLimit(.minutes(5)))
struct ProgramSurroundingsTests {
    /// Asks a program that answers with what `expression` is, in JSON.
    private func find(_ expression: String, _ change: (inout ProgramDefinition) -> Void = { _ in }) async throws
        -> JSON?
    {
        try await withWorkbench { bench in
            let program = try bench.python(
                "for event in events():\n    say(outcome='skip', reason=json.dumps(\(expression)))", change)
            let reply = await bench.runner(program).askOnce()
            guard case .answered(.skip(let text)) = reply else {
                Issue.record("\(reply)")
                return nil
            }
            return try JSON.parse(text.replacing(bench.folder, with: "HERE"))
        }
    }

    @Test("no descriptor but the three pipes, though this process has others, also such as exec would hand on")
    func descriptors() async throws {
        let leaky = open("/dev/null", O_RDONLY)
        defer { close(leaky) }
        #expect(leaky > 2)
        let found = try await find(
            "sorted(fd + ' ' + os.readlink('/proc/self/fd/' + fd)[:4] for fd in os.listdir('/proc/self/fd')[:] if os.path.exists('/proc/self/fd/' + fd))"
        )
        #expect(found?.arrayValue?.compactMap(\.stringValue) == ["0 pipe", "1 pipe", "2 pipe"])
    }

    @Test("a clean environment: what is handed on, its own, and Daybook's")
    func environment() async throws {
        try await withWorkbench { bench in
            // What it was started with, to which a shell or Python would add.
            let program = try bench.shell(#"tr '\0' '\n' < /proc/$$/environ > notes; echo '{"outcome":"done"}'"#) {
                $0.environment = [
                    .init("TOKEN", "hunter22", isSecret: true), .init("LANG", "de_DE.UTF-8", isSecret: false),
                    .init("DAYBOOK_DATA", "elsewhere", isSecret: false),
                ]
            }
            let host = bench.host(["LANG": "C.UTF-8", "TZ": "UTC", "HOME": "/", "SECRET": "not for you"])
            #expect(await host.runner(program, as: .reactor, "r").askOnce() == .done)
            #expect(
                bench.notes.filter { !$0.hasPrefix("PATH=") } == [
                    "DAYBOOK_DATA=\(bench.folder)/data", "DAYBOOK_REACTOR=r", "HOME=/", "LANG=de_DE.UTF-8",
                    "TOKEN=hunter22", "TZ=UTC",
                ])
            #expect(bench.notes.count == 7)
        }
    }

    @Test("the data folder is told as an absolute path, also where it was named through ..")
    func dataFolder() {
        let above = URL(fileURLWithPath: FileManager.default.currentDirectoryPath).deletingLastPathComponent().path
        #expect(ProgramHost(data: "../data").data == (above == "/" ? "" : above) + "/data")
    }

    @Test("a session and a group of its own, no terminal, its folder, its arguments")
    func place() async throws {
        let found = try await find(
            "[os.getsid(0) == os.getpid(), os.getpgrp() == os.getpid(), os.getppid(), os.getcwd(), sys.argv[1:]]"
        ) { $0.arguments += ["--room", "12 $HOME `id`", ""] }
        #expect(found == [true, true, JSON(Int(getpid())), "HERE", ["--room", "12 $HOME `id`", ""]])
    }

    @Test("limits of memory, core and descriptors, and no signal ignored or blocked")
    func limits() async throws {
        let found = try await find(
            "[__import__('resource').getrlimit(getattr(__import__('resource'), 'RLIMIT_' + name)) for name in ('DATA', 'CORE', 'NOFILE')]"
        ) { $0.limits.memory = 300 << 20 }
        #expect(found == [[314_572_800, 314_572_800], [0, 0], [1024, 1024]])
        // Of the first 31, which are those with names: the C library keeps the next to itself.
        let signals = try await find(
            "[int(line.split()[1], 16) & 0x7FFFFFFF for line in open('/proc/self/status') if line[:6] in ('SigBlk', 'SigIgn')]"
        )
        // Python itself ignores SIGPIPE and SIGXFSZ.
        #expect(signals == [0, 0x0100_1000])
    }

    @Test("a secret that it gives away is shown in no reason and no log")
    func secrets() async throws {
        try await withWorkbench { bench in
            let book = LogBook()
            let program = try bench.python(
                "print('token', os.environ['TOKEN'], file=sys.stderr)\nsys.exit('cannot use ' + os.environ['TOKEN'])"
            ) { $0.environment = [.init("TOKEN", "hunter22", isSecret: true)] }
            let reply = await bench.runner(program, logger: book.logger).askOnce()
            #expect(reply.reason == "./program ended with status 1 without an answer; the last it said: cannot use ***")
            #expect(book.lines.contains("info: program said: token ***"))
            #expect(!"\(reply) \(book.lines)".contains("hunter22"))
            var dumped = ""
            dump(program, to: &dumped)
            #expect(!dumped.contains("hunter22"))
        }
    }
}
