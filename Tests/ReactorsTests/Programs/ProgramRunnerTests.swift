import Foundation
import Testing

@testable import Reactors

/// Real programs, each misbehaving in its own way.
@Suite("A program", .timeLimit(.minutes(5)))
struct ProgramRunnerTests {
    @Test("is started once for many events, told each with its id, and gone after it was let go of")
    func kept() async throws {
        try await withWorkbench { bench in
            let runner = bench.runner(
                try bench.python(
                    """
                    note(f"started {os.getpid()}")
                    for event in events():
                        say(id=event["id"], outcome="skip", reason=event["id"])
                    note("ended")
                    """))
            for id in ["1", "2", "3"] { #expect(await runner.ask(id) == .answered(.skip(reason: id))) }
            await runner.release()
            #expect(
                bench.notes.count == 2 && bench.notes.last == "ended", "it saw the end of its input and left by itself")
            #expect(await runner.askOnce("4") == .answered(.skip(reason: "4")), "it can be started again")
        }
    }

    @Test("that ends after each answer is started for each", arguments: ["\n", ""])
    func plainScript(end: String) async throws {
        try await withWorkbench { bench in
            let runner = bench.runner(
                try bench.shell(#"read -r event; printf '{"outcome":"skip","reason":"%s"}\#(end)' $$; exit 0"#))
            var seen: Set<String> = []
            for id in 1...20 {
                guard case .answered(.skip(let process)) = await runner.ask("\(id)") else {
                    Issue.record("event \(id) was not answered")
                    return
                }
                seen.insert(process)
            }
            #expect(seen.count == 20)
            await runner.release()
        }
    }

    @Test("gets one event at a time, in the order of asking")
    func oneAtATime() async throws {
        try await withWorkbench { bench in
            let runner = bench.runner(
                try bench.python(
                    """
                    for event in events():
                        note("begin"); time.sleep(0.01); note("end"); say(outcome="done")
                    """))
            await withDiscardingTaskGroup { group in
                for id in 1...5 { group.addTask { #expect(await runner.ask("\(id)") == .done) } }
            }
            await runner.release()
            #expect(bench.notes == Array(repeating: ["begin", "end"], count: 5).flatMap { $0 })
        }
    }

    @Test("that is idle is stopped by the end of its input, and started again when there is something")
    func idle() async throws {
        try await withWorkbench { bench in
            let program = try bench.python(
                """
                note("started")
                for event in events():
                    say(outcome="done")
                note("ended")
                open("gone", "w")
                """
            ) { $0.limits.idle = .milliseconds(20) }
            let runner = bench.runner(program)
            #expect(await runner.ask("1") == .done)
            try await appearance(of: bench.folder + "/gone")
            #expect(await runner.ask("2") == .done)
            await runner.release()
            #expect(bench.notes == ["started", "ended", "started", "ended"])
        }
    }

    @Test(
        "that fails is tried again, and its end and its last words are said",
        arguments: [
            (
                "echo first >&2; echo 'no room' >&2; exit 3",
                "ended with status 3 without an answer; the last it said: no room"
            ),
            ("exit 0", "ended with status 0 without an answer"),
            ("kill -SEGV $$", "was ended by signal 11 (Segmentation fault) without an answer"),
            ("read -r event; exit 1", "ended with status 1 without an answer"),
            ("exec >&-; read -r event; read -r never", "closed its standard output without an answer and was ended"),
            ("echo garbage", #"answered "garbage", which is no JSON"#),
            (#"printf '\033[2J\377\n'; read -r event"#, #"answered "\x1B[2J\xFF", which is no JSON"#),
            ("echo '{}'", #"answered "{}", where "outcome" has to be done, retry, skip or park"#),
            ("printf '{\"outcome\":\"do'; exit 0", #"answered "{\"outcome\":\"do", which is no JSON"#),
            ("printf '{\"outcome\":\"do'; exit 2", "ended with status 2 without an answer"),
        ])
    func failures(script: String, reason: String) async throws {
        try await withWorkbench { bench in
            let reply = await bench.runner(try bench.shell(script), patience: .standard).askOnce()
            #expect(reply == .failed(reason: "./program \(reason)"))
        }
    }

    @Test(
        "that does not answer is ended with all that it started",
        arguments: [
            ("silent", "while true; do sleep 60; done"),
            ("waiting for more", "while read -r event; do :; done"),
            ("deaf to SIGTERM", "trap '' TERM HUP INT; while true; do sleep 60; done"),
            ("only blank lines", "while true; do echo; sleep 0.01; done"),
            ("not reading", "exec <&-; while true; do sleep 60; done"),
        ])
    func silence(kind: String, script: String) async throws {
        try await withWorkbench { bench in
            let program = try bench.shell(
                "sleep 300 &\necho $! > child\necho $$ > self\necho 'still busy' >&2\n\(script)"
            ) {
                $0.limits.timeout = .milliseconds(1500)
            }
            let reply = await bench.runner(program).askOnce()
            #expect(
                reply
                    == .failed(
                        reason: "./program did not answer within 1.5 s and was ended; the last it said: still busy"))
            for file in ["self", "child"] {
                let process = try String(contentsOfFile: bench.folder + "/" + file, encoding: .utf8)
                try await end(of: process.trimmingCharacters(in: .newlines))
            }
        }
    }

    @Test(
        "that floods is ended at once, and costs no memory",
        arguments: [
            ("exec yes", #"wrote more than 1 MiB without an answer, beginning with "y"#),
            ("exec tr '\\0' ' ' < /dev/zero", "wrote more than 1 MiB without an answer, beginning with"),
            ("exec cat /dev/zero", #"wrote more than 1 MiB without an answer, beginning with "\x00"#),
        ])
    func flood(script: String, reason: String) async throws {
        try await withWorkbench { bench in
            let said = await bench.runner(try bench.shell(script)).askOnce().reason ?? ""
            // `yes` writes lines, and a line that is no answer is garbage before there are many.
            #expect(
                said.hasPrefix("./program \(reason)") || said.hasPrefix(#"./program answered "y", which is no JSON"#))
        }
    }

    @Test("may say what it likes on standard error; a bounded part of it is logged")
    func standardErrorFlood() async throws {
        try await withWorkbench { bench in
            let book = LogBook()
            let program = try bench.python(
                """
                for event in events():
                    for number in range(200000):
                        sys.stderr.write(f"line {number}\\n")
                    sys.stderr.write("x" * 5000000)
                    say(outcome="done")
                """)
            #expect(await bench.runner(program, logger: book.logger).askOnce() == .done)
            #expect(book.lines.filter { $0.contains("program said: line") }.count == StandardError.linesMax)
            #expect(book.lines.contains { $0.hasSuffix("lines more)") })
            #expect(book.lines.allSatisfy { $0.count < 1200 })
        }
    }

    @Test("is named in the log with what it says, and with the event it says it at")
    func named() async throws {
        try await withWorkbench { bench in
            let book = LogBook()
            let program = try bench.shell(#"echo '  here' >&2; read -r event; echo '{"outcome":"done"}'"#)
            #expect(await bench.runner(program, logger: book.logger).askOnce("7-abc") == .done)
            #expect(
                book.metadata(of: "info: program said:   here")
                    == ["program": "./program", "reactor": "r", "key": "7-abc"])
            let host = bench.host(logger: book.logger)
            let complaint = try bench.shell(#"echo there >&2; read -r event; echo '{"outcome":"done"}'"#)
            #expect(await host.runner(complaint, as: .channel, "pager").askOnce() == .done)
            #expect(book.metadata(of: "info: program said: there")?["channel"] == "pager")
        }
    }

    /// Fills its standard error faster than anybody reads it, from a thread of its own, on being told so.
    private static let chatter = """
        import fcntl, threading
        def chatter():
            fcntl.fcntl(2, 1031, 1 << 20)
            while True: os.write(2, b"y\\n" * 32768)
        def chat(): threading.Thread(target=chatter, daemon=True).start()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

        """

    @Test("that never stops complaining has its timeout all the same")
    func endlessComplaint() async throws {
        try await withWorkbench { bench in
            let program = try bench.python(Self.chatter + "chat()\ntime.sleep(300)") {
                $0.limits.timeout = .milliseconds(1500)
            }
            let reason = await bench.runner(program).askOnce().reason ?? ""
            #expect(reason.hasPrefix("./program did not answer within 1.5 s and was ended"))
        }
    }

    @Test("that never stops complaining between two events answers the next, and is ended when idle or let go of")
    func endlessChatter() async throws {
        try await withWorkbench { bench in
            let short = ProgramPatience.Stop(closed: .milliseconds(20), terminated: .milliseconds(20))
            let patience = ProgramPatience(idle: short, hurried: short)
            let answer =
                Self.chatter + """
                    for event in events():
                        say(outcome="skip", reason=str(os.getpid()))
                        chat()
                    time.sleep(300)
                    """
            for idle in [Duration.seconds(240), .milliseconds(20)] {
                let program = try bench.python(answer) { $0.limits.idle = idle }
                let runner = bench.runner(program, patience: patience)
                let reply = await runner.ask("1")
                guard case .answered(.skip(let process)) = reply else {
                    Issue.record("it did not answer")
                    return
                }
                if idle > .seconds(1) {
                    #expect(await runner.ask("2") == reply, "the same process answers")
                    await runner.release()
                }
                try await end(of: process)
                await runner.release()
            }
        }
    }

    @Test("that wants more memory than it may have fails by itself")
    func memory() async throws {
        try await withWorkbench { bench in
            let program = try bench.python("hog = bytearray(1 << 30)\nsay(outcome='done')") {
                $0.limits.memory = 256 << 20
            }
            #expect(
                await bench.runner(program).askOnce()
                    == .failed(reason: "./program ended with status 1 without an answer; the last it said: MemoryError")
            )
        }
    }

    @Test("whose children keep its output open is not waited for; they are ended with it", arguments: [0, 4])
    func grandchildren(status: Int) async throws {
        try await withWorkbench { bench in
            let answer = status == 0 ? #"echo '{"outcome":"done"}'"# : ":"
            let program = try bench.shell(
                """
                for count in 1 2 3 4 5 6 7 8; do (trap '' TERM HUP; while true; do sleep 60; done) & echo $! >> children; done
                \(answer)
                exit \(status)
                """)
            let reply = await bench.runner(program).askOnce()
            #expect(reply == (status == 0 ? .done : .failed(reason: "./program ended with status 4 without an answer")))
            let children = try String(contentsOfFile: bench.folder + "/children", encoding: .utf8).split(
                separator: "\n")
            #expect(children.count == 8)
            for child in children { try await end(of: String(child)) }
        }
    }

    @Test("that writes without being asked is ended, and what it wrote answers nothing")
    func unasked() async throws {
        try await withWorkbench { bench in
            let book = LogBook()
            let runner = bench.runner(
                try bench.python(
                    """
                    note("started")
                    for event in events():
                        sys.stdout.write('{"outcome":"skip","reason":"' + event["id"] + '"}\\n{"outcome":"done"}\\n')
                        sys.stdout.flush()
                    """), logger: book.logger)
            #expect(await runner.ask("1") == .answered(.skip(reason: "1")))
            #expect(await runner.ask("2") == .answered(.skip(reason: "2")))
            await runner.release()
            #expect(bench.notes == ["started", "started"])
            #expect(book.lines.contains { $0.hasPrefix("warning: program was ended: it wrote without being asked") })
        }
    }

    @Test(
        "that cannot be started says why, without a secret of its environment",
        arguments: ["missing", "plain", "folder"])
    func start(kind: String) async throws {
        try await withWorkbench { bench in
            var program = try bench.shell("exit 0")
            let reason: String
            switch kind {
            case "missing":
                program.path = bench.folder + "/absent"
                reason =
                    "No such file or directory; it is not there, or the interpreter that a script names in its first line is not"
            case "plain":
                try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: program.path)
                reason = "Permission denied; it is not executable, which chmod +x mends"
            default:
                program.folder = bench.folder + "/absent"
                reason = "its folder \(bench.folder)/absent cannot be entered (No such file or directory)"
            }
            #expect(await bench.runner(program).askOnce() == .failed(reason: "./program cannot be started: \(reason)"))
        }
    }

    @Test("is ended at once when its event is no longer wanted; what waits is not begun")
    func cancelled() async throws {
        try await withWorkbench { bench in
            let runner = bench.runner(
                try bench.python(
                    """
                    signal.signal(signal.SIGTERM, signal.SIG_IGN)
                    for event in events():
                        note(event["id"]); open("began", "w")
                        time.sleep(300)
                    """))
            let first = Task { await runner.ask("1") }
            try await appearance(of: bench.folder + "/began")
            let second = Task { await runner.ask("2") }
            second.cancel()
            #expect(await second.value == .interrupted)
            let began = SuspendingClock.now
            first.cancel()
            #expect(await first.value == .interrupted)
            await runner.release()
            #expect(began.duration(to: .now) < .seconds(60))
            #expect(bench.notes == ["1"])
        }
    }

    @Test("that does not leave when it is let go of is made to")
    func stubborn() async throws {
        try await withWorkbench { bench in
            let runner = bench.runner(
                try bench.python(
                    """
                    signal.signal(signal.SIGTERM, signal.SIG_IGN)
                    for event in events():
                        say(outcome="skip", reason=str(os.getpid()))
                    time.sleep(300)
                    """), patience: .standard)
            guard case .answered(.skip(let process)) = await runner.ask("1") else {
                Issue.record("it did not answer")
                return
            }
            let began = SuspendingClock.now
            await runner.release()
            #expect(began.duration(to: .now) < .seconds(60))
            #expect(!isAlive(process))
        }
    }
}

@Suite("After programs of all kinds", .timeLimit(.minutes(5)))
struct AfterProgramsTests {
    /// In a process of its own, where nobody else opens and starts anything meanwhile.
    @Test("no descriptor, no thread and no zombie is left")
    func nothingLeft() async {
        await #expect(processExitsWith: .success) {
            try await withWorkbench { bench in
                // Whatever a first time opens for good.
                try await pause()
                _ = await bench.runner(try bench.shell("exit 1")).askOnce()
                while try Belongings().threads > 0 { try await pause() }
                let before = try Belongings()
                let kept = bench.runner(try bench.shell(#"while read -r event; do echo '{"outcome":"done"}'; done"#))
                _ = await kept.ask("1")
                let during = try Belongings()
                #expect(during.threads == 1 && during.descriptors == before.descriptors + 5)
                await kept.release()
                for script in [
                    "exit 1", "echo garbage; sleep 300", "sleep 300 & exit 0", #"echo '{"outcome":"done"}'"#,
                ] {
                    let runner = bench.runner(try bench.shell(script))
                    for id in 1...5 { _ = await runner.ask("\(id)") }
                    await runner.release()
                }
                var missing = try bench.shell("exit 0")
                missing.path += ".absent"
                for _ in 1...5 { _ = await bench.runner(missing).askOnce() }
                while try Belongings() != before { try await pause() }
            }
        }
    }

    private struct Belongings: Equatable {
        let descriptors: Int
        let threads: Int
        let children: String

        init() throws {
            descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
            let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
            // Only programs' own: others come and go as the runtime likes.
            threads =
                tasks.filter { task in
                    let name = try? String(contentsOfFile: "/proc/self/task/\(task)/comm", encoding: .utf8)
                    return name == ProgramRunner.threadName + "\n"
                }.count
            children = tasks.compactMap { task in
                try? String(contentsOfFile: "/proc/self/task/\(task)/children", encoding: .utf8)
            }.joined()
        }
    }
}

/// Returns when there is such a file.
private func appearance(of path: String) async throws {
    while !FileManager.default.fileExists(atPath: path) { try await pause() }
}

/// Returns when the process is gone.
private func end(of process: String) async throws {
    while isAlive(process) { try await pause() }
}
