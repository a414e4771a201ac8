// Watches of whose changes nobody would hear, which is rarely meant.

import Ingestors
import Reactors

extension ReactorDefinition {
    /// Whether it is told of some change of this family, such as `stock`.
    func takesChanges(of family: String) -> Bool {
        let kinds = ValueType.Choice.changes.map(\.name).filter { $0.hasPrefix(family + ".") }
        return on.contains { pattern in kinds.contains { WordPattern.matches(pattern, $0) } }
    }
}

extension Configuration {
    /// A sentence for each watch whose changes no reactor takes. Where there is no reactor at all, the daybook is there to be asked.
    var untold: [ConfigurationProblem] {
        let all = reactors + DaybookApplication.current.reactors.map(\.definition)
        guard !all.isEmpty else { return [] }
        return watches.filter { watch in !all.contains { $0.takesChanges(of: watch.kind.family) } }.map { watch in
            ConfigurationProblem(
                file: file, line: settings(of: watch.name)?.line ?? 1,
                path: "watches.\(watch.name)",
                message:
                    "no reactor is told of changes of \(watch.name); put \(watch.kind.family).* into the `on:` of one")
        }
    }
}
