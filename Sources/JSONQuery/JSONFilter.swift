// jq programs over JSON values: compiled once, run under limits, cut off from files, environment and input.

public import CanonicalJSON
import Synchronization

/// A jq 1.6 program that may be run from any thread, any number of times at once.
///
/// A program sees its input and nothing else: `env`, `$ENV`, `input`, `inputs`, `include`, `import`, `modulemeta` and `halt` are
/// refused, `debug` and `stderr` print nothing.
public struct JSONFilter: Sendable {
    /// What one run may use up.
    public struct Limits: Sendable {
        public var seconds: Double
        public var results: Int
        /// Of text in the results; every value besides counts 16.
        public var bytes: Int

        public init(seconds: Double = 2, results: Int = 100_000, bytes: Int = 64 << 20) {
            self.seconds = seconds
            self.results = results
            self.bytes = bytes
        }

        public static let standard = Limits()
    }

    /// The program as it was given.
    public let program: String
    private let machines: Machines

    /// Compiles `program`, so that a mistake in it is known before anything runs.
    public init(_ program: String) throws(JSONQueryError) {
        self.program = program
        machines = try Machines.of(program)
    }

    /// Every result of the program on `input`, in order.
    public func run(_ input: JSON, limits: Limits = .standard) throws(JSONQueryError) -> [JSON] {
        try run(PreparedInput(input), limits: limits)
    }

    /// Whether the program's first result is neither `false` nor `null`; no result is no match.
    public func matches(_ input: JSON, limits: Limits = .standard) throws(JSONQueryError) -> Bool {
        switch try run(input, limits: limits).first {
        case nil, .null, .bool(false): false
        default: true
        }
    }

    /// As `run`, for an input that several programs look at in turn and that is converted for jq only once.
    package func run(_ input: borrowing PreparedInput, limits: Limits = .standard) throws(JSONQueryError) -> [JSON] {
        let machine = try machines.takeOut()
        defer { machines.giveBack(machine) }
        return try machine.run(input, limits: limits)
    }
}

/// The compiled copies of one program that nobody is using. Compiling takes tens of milliseconds, so they are kept.
private final class Machines: Sendable {
    private let program: String
    private let idle: Mutex<[Machine]>

    private init(program: String) throws(JSONQueryError) {
        self.program = program
        idle = Mutex([try Machine(program: program)])
    }

    /// So many programs are known by their text: a configuration is checked before it is used, and watches share presets.
    private static let knownMax = 256
    private static let known = Mutex<[[UInt8]: Machines]>([:])

    /// The machines of a program, which is compiled where its text is new.
    static func of(_ program: String) throws(JSONQueryError) -> Machines {
        let text = Array(program.utf8)
        if let machines = known.withLock({ $0[text] }) { return machines }
        let machines = try Machines(program: program)
        known.withLock { known in
            if known.count >= knownMax { known = [:] }
            known[text] = machines
        }
        return machines
    }

    func takeOut() throws(JSONQueryError) -> Machine {
        if let machine = idle.withLock({ $0.popLast() }) { return machine }
        return try Machine(program: program)
    }

    func giveBack(_ machine: Machine) { idle.withLock { $0.append(machine) } }
}
