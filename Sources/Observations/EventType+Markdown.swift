// A register entry as docs/events.md has it, so that the page cannot fall behind.

extension EventType {
    /// The type's section.
    public var markdown: String {
        var lines = ["### `\(name)`", "", meaning, "", "Subject: `\(subject)`. Schema: `\(dataSchema)`.", ""]
        if !members.isEmpty {
            lines += ["| member | | meaning |", "| --- | --- | --- |"]
            lines += members.map { "| `\($0.name)` | \($0.isOptional ? "sometimes" : "always") | \($0.meaning) |" }
            lines.append("")
        }
        return (lines + ["```json", example, "```", ""]).joined(separator: "\n")
    }
}
