// A program as the configuration describes it: what is started, in which surroundings, and what it may use up.

/// An executable that gets CloudEvents as JSON Lines on standard input and answers each with one line
/// (docs/writing-a-reactor.md).
public struct ProgramDefinition: Sendable, Hashable {
    /// The executable, absolute.
    public var path: String
    /// Its name as it was written, and its arguments. No shell looks at them.
    public var arguments: [String]
    /// Where it runs, absolute.
    public var folder: String
    /// What it finds in its environment beside what every program gets (`Surroundings`).
    public var environment: [Variable]
    public var limits: Limits

    public init(
        path: String, arguments: [String], folder: String, environment: [Variable] = [], limits: Limits = Limits()
    ) {
        self.path = path
        self.arguments = arguments
        self.folder = folder
        self.environment = environment
        self.limits = limits
    }

    /// An environment variable of the user's own.
    public struct Variable: Sendable, Hashable, CustomReflectable {
        public let name: String
        public let value: String
        /// Whether the value must not be seen in a record or a log.
        public let isSecret: Bool

        public init(_ name: String, _ value: String, isSecret: Bool) {
            self.name = name
            self.value = value
            self.isSecret = isSecret
        }

        /// The name alone: a dump must not show the value.
        public var customMirror: Mirror { Mirror(self, children: ["name": name]) }
    }

    /// What a program may use up.
    public struct Limits: Sendable, Hashable {
        /// For each answer, the program's start included.
        public var timeout: Duration
        /// Bytes of private memory for each of its processes.
        public var memory: Int
        /// How long it is kept without an event.
        public var idle: Duration
        /// What a line of its output may be long, and its output in all between two events: bytes.
        public static let outputMax = 1 << 20
        /// Descriptors that each of its processes may have open.
        static let descriptorsMax = 1024

        public init(
            timeout: Duration = .seconds(30), memory: Int = 512 << 20, idle: Duration = .seconds(60)
        ) {
            self.timeout = timeout
            self.memory = memory
            self.idle = idle
        }
    }

    /// What stands for the program in sentences.
    var name: String { arguments.first ?? path }
}

/// The environment of a program: its own variables and, of ours, what any program needs to run at all.
enum Surroundings {
    /// Handed on where they are set here.
    static let handedOn = ["PATH", "LANG", "TZ", "HOME"]

    /// `NAME=VALUE`, each name once; `own` wins. `told` is what Daybook says of itself and cannot be overridden.
    static func variables(
        own: [ProgramDefinition.Variable], told: [String: String], of process: [String: String]
    ) -> [String] {
        var variables = process.filter { handedOn.contains($0.key) }
        for variable in own { variables[variable.name] = variable.value }
        variables.merge(told) { _, told in told }
        return variables.map { "\($0.key)=\($0.value)" }.sorted()
    }
}
