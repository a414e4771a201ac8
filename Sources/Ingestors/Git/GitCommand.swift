// The `git` executable, run so that nothing but the arguments decides what it does.

import Subprocess
import SystemPackage

/// A call of git. There is no shell, the environment is made here, and of configuration only the repository's own is read, which
/// has no say over what plumbing commands run.
struct GitCommand: Sendable {
    let arguments: [String]
    /// The kinds of addresses that git may fetch from. Objects that a partial clone lacks are never fetched: the repository's own
    /// configuration says how, and may name any program.
    var protocols = "none"

    /// Beyond these, an answer is not what was asked for.
    private static let answerBytesMax = 256 << 20
    private static let errorBytesMax = 1 << 20

    /// Its standard output. Throws git's own words where it fails.
    func run() async throws(IngestError) -> [UInt8] {
        do {
            let result = try await Subprocess.run(
                configuration, input: .none, output: .bytes(limit: Self.answerBytesMax),
                error: .bytes(limit: Self.errorBytesMax))
            guard result.terminationStatus.isSuccess else {
                throw IngestError.git(Self.reason(result.standardError, result.terminationStatus))
            }
            return result.standardOutput
        } catch {
            throw Self.explained(error)
        }
    }

    var configuration: Configuration {
        var options = PlatformOptions()
        // Ctrl-C on the terminal is for us: we end git where a commit ends.
        options.processGroupID = 0
        return Configuration(
            executable: .name("git"), arguments: Arguments(arguments), environment: environment,
            platformOptions: options)
    }

    private var environment: Environment {
        var variables: [Environment.Key: String] = [
            "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_ATTR_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_ALLOW_PROTOCOL": protocols,
        ]
        variables["PATH"] = ProcessEnvironment.path
        return .custom(variables)
    }

    /// What went wrong in starting git, as what the module throws.
    static func explained(_ error: any Error) -> IngestError {
        if let error = error as? IngestError { return error }
        if error is CancellationError { return .cancelled(watch: "") }
        guard let error = error as? SubprocessError else { return .git("\(error)") }
        if error.code == .executableNotFound {
            return .git("git is not installed, or not on the PATH; install it (apt-get install git) and try again")
        }
        return .git("git could not be run: \(error)")
    }

    /// The first line that says what is wrong, without git's own prefix.
    static func reason(_ standardError: [UInt8], _ status: TerminationStatus) -> String {
        let lines = String(decoding: standardError, as: UTF8.self).split(whereSeparator: \.isNewline)
        for prefix in ["fatal: ", "error: "] {
            if let line = lines.first(where: { $0.hasPrefix(prefix) }) { return "git says: \(line.dropFirst(7))" }
        }
        return lines.last.map { "git says: \($0)" } ?? "git ended with \(status)"
    }
}
