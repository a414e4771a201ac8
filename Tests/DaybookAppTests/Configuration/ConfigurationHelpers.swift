// Small helpers that let a case be a few lines of YAML and the sentence it should get.

@testable import DaybookApp

/// A watch that is complete, as the body of `watches:`.
let soundWatch = """
      talks:
        kind: sessions
        fetch: { url: "https://example.org/talks" }
        items: ".talk"
        key: "@id"
        fields: { title: ".title" }
    """

/// References that lead to what is given here and nowhere else.
func secrets(_ environment: [String: String] = [:], files: [String: String] = [:]) -> SecretSource {
    struct NoSuchFile: Error {}
    return SecretSource(
        environment: { environment[$0] },
        file: { path in
            guard let text = files[path] else { throw NoSuchFile() }
            return text
        })
}

func parse(_ yaml: String, secrets source: SecretSource = secrets()) throws(ConfigurationError) -> Configuration {
    try Configuration.parse(yaml, file: "daybook.yaml", folder: "/home/me/book", secrets: source)
}

/// What is said about a wrong file, a line for each problem; empty where nothing is.
func problems(_ yaml: String, secrets source: SecretSource = secrets()) -> [String] {
    do {
        _ = try parse(yaml, secrets: source)
        return []
    } catch .wrong(let problems) {
        return problems.map(\.description)
    } catch {
        return ["\(error)"]
    }
}

/// What is said about a watch whose lines are those of `soundWatch` with `change` made to them.
func watchProblems(_ change: (inout [String]) -> Void) -> [String] {
    var lines = soundWatch.split(separator: "\n").map(String.init)
    change(&lines)
    return problems("watches:\n" + lines.joined(separator: "\n") + "\n")
}

/// The sound watch with further lines, the first of them on line 8 of the file.
func watchProblems(adding lines: String...) -> [String] {
    watchProblems { $0 += lines.map { "    " + $0 } }
}
