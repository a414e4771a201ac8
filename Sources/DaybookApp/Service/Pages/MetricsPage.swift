// A page of metrics being written.

struct MetricsPage {
    enum Kind: String { case counter, gauge }

    /// Labels, in their order, and a value.
    typealias Value = (labels: [(name: String, value: String)], value: Double)

    private(set) var text = ""

    /// A metric with nothing to say is left out.
    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ values: [Value]) {
        guard !values.isEmpty else { return }
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
        for (labels, value) in values {
            let list = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
            text += list.isEmpty ? name : "\(name){\(list)}"
            text += " \(Self.number(value))\n"
        }
    }

    /// A backslash, a quote and a line break cannot stand in a label's value as they are.
    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    private static func number(_ value: Double) -> String {
        Int(exactly: value).map(String.init) ?? "\(value)"
    }
}
