import EventLog
import Testing

@testable import Ingestors

@Suite("Which versions are imported, and when they were")
struct ImportPlanTests {
    /// `a0 b5`: commits saved at these seconds.
    private func history(_ text: String) -> [SavedVersion] {
        text.split(separator: " ").map { word in
            SavedVersion(commit: String(word.prefix(1)), saved: at(Double(word.dropFirst()) ?? 0))
        }
    }

    @Test(
        "what follows the last imported version, at times that do not go back",
        arguments: [
            ("a0 b5", nil, nil, "a0 b5"), ("a0 b5", "a", 0.0, "b5"), ("a0 b5", "b", 5.0, ""), ("", nil, nil, ""),
            ("a9 b5 c7 d10", nil, nil, "a9 b9 c9 d10"), ("a9 b5 c10", "a", 9.0, "b9 c10"),
            ("a9 b5 c10", "b", 9.0, "c10"), ("a5", nil, 5.0, "a5"), ("a0 b5", "b", 100.0, ""),
        ] as [(String, String?, Double?, String)])
    func versions(history: String, commit: String?, newest: Double?, expected: String) throws {
        let past = ImportedPast(commit: commit, newest: newest.map { at($0) })
        let plan = try ImportPlan(self.history(history), after: past)
        let planned = plan.versions.map { "\($0.version.commit)\(Int($0.time.seconds(since: at(0))))" }
        #expect(planned.joined(separator: " ") == expected)
        #expect(plan.done + plan.versions.count == self.history(history).count)
    }

    @Test(
        "none may be older than what the watch has",
        arguments: [(nil, 6.0), ("a", 6.0), ("x", 1.0)] as [(String?, Double)])
    func refusal(commit: String?, newest: Double) {
        let past = ImportedPast(commit: commit, newest: at(newest))
        #expect(throws: ImportPlan.Refusal.self) { try ImportPlan(history("a0 b5"), after: past) }
    }

    @Test("evidence names a commit and a path, in which anything may stand")
    func evidence() {
        for path in ["a.xml", "a/b c.xml", "a:b.xml"] {
            let evidence = GitEvidence(commit: "c0ffee", path: path)
            #expect(GitEvidence(evidence.reference) == evidence)
        }
        for text in ["sha256:abc", "git:", "git:abc", "git::x", ""] { #expect(GitEvidence(text) == nil) }
    }
}
