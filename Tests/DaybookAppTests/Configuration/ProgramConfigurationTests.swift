// `exec:` in daybook.yaml: which program, in which surroundings, and what is refused.

import Foundation
import Reactors
import Testing

@testable import DaybookApp

@Suite("Programs in daybook.yaml")
struct ProgramConfigurationTests {
    /// A folder with a program, a file that is none, and a folder.
    private func withPrograms<Value>(_ body: (String) throws -> Value) throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "programs-\(UUID())").path()
        try FileManager.default.createDirectory(atPath: folder + "/folder", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, mode) in [("pager.py", 0o755), ("plain.txt", 0o644)] {
            try Data("#!/bin/sh\n".utf8).write(to: URL(filePath: folder + "/" + name))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder + "/" + name)
        }
        return try body(folder)
    }

    private func parse(
        _ yaml: String, _ folder: String, _ environment: [String: String] = [:]
    ) throws(ConfigurationError) -> Configuration {
        try Configuration.parse(
            "watches: {}\n" + yaml, file: "daybook.yaml", folder: folder, secrets: secrets(environment))
    }

    /// What is said about a wrong file; empty where nothing is.
    private func problems(_ yaml: String, _ environment: [String: String] = [:]) throws -> [String] {
        try withPrograms { folder in
            do throws(ConfigurationError) {
                _ = try parse(yaml, folder, environment)
                return []
            } catch .wrong(let problems) {
                return problems.map { "\($0.path): \($0.message)".replacing(folder, with: "HERE") }
            } catch {
                return ["\(error)"]
            }
        }
    }

    /// What is said about the channel `p` with these keys.
    private func problems(ofChannel keys: String, _ environment: [String: String] = [:]) throws -> [String] {
        try problems("channels: { p: { \(keys) } }\n", environment)
    }

    @Test("a channel's program, with all that it can be given")
    func channel() throws {
        try withPrograms { folder in
            let configuration = try parse(
                """
                channels:
                  pager:
                    exec: ["./pager.py", "--room", 12, ""]
                    timeout: 1m30s
                    memory: 1GB
                    environment: { TOKEN: "${env:PAGER_TOKEN}", MODE: loud }
                """, folder, ["PAGER_TOKEN": "hunter22"])
            guard case .exec(let program)? = configuration.channels.first?.definition else {
                Issue.record("not a program")
                return
            }
            #expect(program.path == folder + "/pager.py" && program.folder == folder)
            #expect(program.arguments == ["./pager.py", "--room", "12", ""])
            #expect(program.limits.timeout == .seconds(90) && program.limits.memory == 1 << 30)
            #expect(
                program.environment == [
                    .init("TOKEN", "hunter22", isSecret: true), .init("MODE", "loud", isSecret: false),
                ])
            #expect(configuration.normalisedText.contains("${env:PAGER_TOKEN}"))
            #expect(!configuration.normalisedText.contains("hunter22"))
        }
    }

    @Test("a reactor's program stands in the place of channels; a text is the program alone")
    func reactor() throws {
        try withPrograms { folder in
            let configuration = try parse("reactors: { sync: { on: session.*, exec: ./pager.py } }\n", folder)
            let reactor = try #require(configuration.reactors.first)
            #expect(reactor.to.isEmpty && reactor.exec?.arguments == ["./pager.py"])
            #expect(reactor.exec?.limits == ProgramDefinition.Limits(timeout: .seconds(30), memory: 512 << 20))
        }
    }

    @Test("a bare name is looked up on the PATH, a path is relative to the file's folder")
    func lookup() throws {
        try withPrograms { folder in
            let found = try [
                ProgramFile.find("pager.py", folder: "/", searchPath: "/nowhere:\(folder)"),
                ProgramFile.find("folder/../pager.py", folder: folder, searchPath: nil),
                ProgramFile.find("/bin/sh", folder: folder, searchPath: ""),
            ]
            #expect(found == [folder + "/pager.py", folder + "/pager.py", "/bin/sh"])
            let shell = try ProgramFile.find("sh", folder: folder, searchPath: nil)
            #expect(shell.hasPrefix("/") && shell.hasSuffix("bin/sh"))
        }
    }

    @Test(
        "a program that cannot be started is told before anything starts",
        arguments: [
            (
                "exec: ./absent",
                "exec: there is no program HERE/absent; paths are relative to the folder of daybook.yaml"
            ),
            ("exec: ./plain.txt", "exec: HERE/plain.txt is not executable; chmod +x ./plain.txt makes it so"),
            ("exec: ./folder", "exec: HERE/folder is a folder, not a program"),
            (
                "exec: pager.py",
                "exec: there is no program \"pager.py\" on the PATH; the one beside daybook.yaml is written \"./pager.py\""
            ),
            (
                "exec: [absent, -x]",
                "exec[1]: there is no program \"absent\" on the PATH; install it, or write where it is"
            ),
            ("exec: \"\"", "exec: expected a program, got an empty text"),
        ])
    func unusable(keys: String, said: String) throws {
        #expect(try problems(ofChannel: keys) == ["channels.p." + said])
    }

    @Test(
        "a reference stands under environment, where ps does not show it, and nowhere else",
        arguments: [
            (
                #"exec: ["./pager.py", "--token=${env:TOKEN}"]"#,
                "exec[2]: a reference cannot stand here: everybody on the machine can read a program's arguments (ps); put it "
                    + "under environment, where the program finds it as a variable"
            ),
            (
                #"exec: ./pager.py, environment: { TOKEN: "${env:NOT_SET}" }"#,
                "environment.TOKEN: the environment variable NOT_SET is not set"
            ),
            (
                "exec: ./pager.py, environment: { DAYBOOK_DATA: x }",
                "environment.DAYBOOK_DATA: names that begin with DAYBOOK_ are Daybook's own; choose another"
            ),
            (
                "exec: ./pager.py, environment: { 1A: x }",
                "environment.1A: the name of an environment variable is made of letters, digits and \"_\""
            ),
        ])
    func references(keys: String, said: String) throws {
        #expect(try problems(ofChannel: keys, ["TOKEN": "hunter22"]) == ["channels.p." + said])
    }

    @Test(
        "limits under which nothing could run",
        arguments: [
            ("timeout: 0s", "timeout: expected a duration that is longer than nothing"),
            ("memory: 512kB", "memory: expected at least 1MB, without which no program starts"),
        ])
    func limits(key: String, said: String) throws {
        #expect(try problems(ofChannel: "exec: ./pager.py, \(key)") == ["channels.p." + said])
    }

    @Test(
        "what does not go together",
        arguments: [
            ("exec: ./pager.py, terminal: true", "only one of terminal and exec can be; remove the other"),
            (
                "terminal: true, timeout: 30s",
                "the key \"timeout\" means something only beside \"webhook\", \"http\", \"smtp\", \"ses\", \"sns\", \"sqs\" or \"exec\""
            ),
            ("file: x, environment: { A: b }", "the key \"environment\" means something only beside \"exec\""),
        ])
    func together(keys: String, said: String) throws {
        #expect(try problems(ofChannel: keys) == ["channels.p: " + said])
    }

    @Test("a reactor has channels or a program, and not both", arguments: ["", "to: p, exec: ./pager.py"])
    func either(keys: String) throws {
        let said =
            keys.isEmpty ? "one of the keys to or exec is missing" : "only one of to and exec can be; remove the other"
        let yaml = "channels: { p: { terminal: true } }\nreactors: { r: { on: session.*, \(keys) } }\n"
        #expect(try problems(yaml) == ["reactors.r: \(said)"])
    }

    @Test("a variable whose name says that it is secret is masked where it is written out, with a warning")
    func literalSecret() throws {
        try withPrograms { folder in
            let configuration = try parse(
                "channels: { p: { exec: ./pager.py, environment: { API_KEY: hunter22, MODE: loud } } }\n", folder)
            #expect(configuration.normalisedText.contains("\"***\"") && configuration.normalisedText.contains("loud"))
            #expect(configuration.warnings.map(\.path) == ["channels.p.environment.API_KEY"])
            guard case .exec(let program)? = configuration.channels.first?.definition else { return }
            #expect(program.environment.map(\.isSecret) == [true, false])
        }
    }
}
