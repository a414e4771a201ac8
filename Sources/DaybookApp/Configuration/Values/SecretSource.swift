// Where references lead: the environment and files. The one place where the configuration does I/O for a value.

import Foundation

/// How references are followed; handed in, so that tests need neither an environment nor files.
public struct SecretSource: Sendable {
    /// A variable's value, `nil` where it is not set.
    var environment: @Sendable (String) -> String?
    /// A file's text, its path as it stands in daybook.yaml.
    var file: @Sendable (String) throws -> String

    public init(
        environment: @escaping @Sendable (String) -> String?, file: @escaping @Sendable (String) throws -> String
    ) {
        self.environment = environment
        self.file = file
    }

    /// This process's environment, and files relative to the folder that daybook.yaml is in.
    public static func process(folder: String) -> SecretSource {
        let variables = ProcessInfo.processInfo.environment
        return SecretSource(
            environment: { variables[$0] },
            file: {
                try text(at: URL(fileURLWithPath: $0, relativeTo: URL(fileURLWithPath: folder, isDirectory: true)))
            }
        )
    }

    private static func text(at url: URL) throws -> String {
        guard let text = String(data: try Data(contentsOf: url), encoding: .utf8) else {
            throw CocoaError(.fileReadInapplicableStringEncoding)
        }
        return text
    }
}

extension ReferenceText {
    /// A reference that leads nowhere, as a sentence's end. It names the reference, never a value.
    struct Unresolvable: Error, Equatable {
        let reason: String
    }

    func resolve(_ source: SecretSource) throws(Unresolvable) -> Secret {
        var value = ""
        for part in parts {
            switch part {
            case .literal(let text): value += text
            case .environment(let name): value += try variable(name, source)
            case .file(let path): value += try contents(path, source)
            }
        }
        return Secret(value)
    }

    private func variable(_ name: String, _ source: SecretSource) throws(Unresolvable) -> String {
        guard let value = source.environment(name) else {
            throw Unresolvable(reason: "the environment variable \(name) is not set")
        }
        guard !value.isEmpty else { throw Unresolvable(reason: "the environment variable \(name) is empty") }
        return value
    }

    private func contents(_ path: String, _ source: SecretSource) throws(Unresolvable) -> String {
        let text: String
        do { text = try source.file(path) } catch {
            throw Unresolvable(reason: "the file \(path) cannot be read (relative paths begin where daybook.yaml is)")
        }
        let value = text.hasSuffix("\r\n") || text.hasSuffix("\n") ? String(text.dropLast()) : text
        guard !value.isEmpty else { throw Unresolvable(reason: "the file \(path) is empty") }
        return value
    }
}
