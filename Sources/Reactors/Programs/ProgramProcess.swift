// One running program: its pipes, its signals, its end. Every call is made by the one thread that started it.
//
// Why not swift-subprocess (1.0): it sets no resource limits and no parent-death signal, and has no hook between fork and
// exec where we could; it leaves alone what a program has started once that has ended; and it wants Swift 6.2, where 6.1
// is enough for everything else here.

import CProgram
import Foundation

/// Why a program could not be started.
struct StartFault: Error, Equatable {
    let reason: String

    init(step: Int, number: Int32, definition: ProgramDefinition) {
        let system = String(cString: strerror(number))
        switch step {
        case Int(DAYBOOK_ENTERING_FOLDER.rawValue):
            reason =
                "\(definition.name) cannot be started: its folder \(definition.folder) cannot be entered (\(system))"
        case Int(DAYBOOK_EXECUTING.rawValue):
            reason = "\(definition.name) cannot be started: \(system)\(Self.hint(number))"
        default: reason = "\(definition.name) cannot be started: \(system)"
        }
    }

    private static func hint(_ number: Int32) -> String {
        switch number {
        case ENOENT: "; it is not there, or the interpreter that a script names in its first line is not"
        case EACCES: "; it is not executable, which chmod +x mends"
        case ENOEXEC: "; a script says in its first line what runs it, as in #!/bin/sh"
        default: ""
        }
    }
}

/// A process that leads a session and a group of its own, with pipes to its standard streams.
///
/// Closes what it holds exactly once, in `reap` or, for one that cannot be reaped, in `abandon`.
final class ProgramProcess {
    private let id: pid_t
    /// Readable when the process has ended.
    private let ended: Int32
    private var input: Int32
    private var output: Int32
    private var errors: Int32
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    init(_ definition: ProgramDefinition, environment: [String]) throws(StartFault) {
        var process = daybook_process()
        var fault = daybook_fault()
        let started = Self.withStrings([definition.path, definition.folder]) { strings in
            Self.withStrings(definition.arguments) { arguments in
                Self.withStrings(environment) { environment in
                    var program = daybook_program(
                        path: strings[0], arguments: arguments, environment: environment, folder: strings[1],
                        memory: UInt64(definition.limits.memory),
                        descriptors: UInt64(ProgramDefinition.Limits.descriptorsMax))
                    return daybook_start(&program, &process, &fault)
                }
            }
        }
        guard started == 0 else {
            throw StartFault(step: Int(fault.step), number: fault.number, definition: definition)
        }
        (id, ended) = (process.pid, process.ended)
        (input, output, errors) = (process.input, process.output, process.errors)
    }

    /// C strings, and the NULL that ends them, for as long as `body` runs.
    private static func withStrings<Value>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
    ) -> Value {
        let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() { (pointers + index).initialize(to: strdup(string)) }
        (pointers + strings.count).initialize(to: nil)
        defer {
            for index in strings.indices { free(pointers[index]) }
            pointers.deallocate()
        }
        return body(pointers)
    }

    // MARK: Waiting

    /// What can be done without waiting.
    struct Readiness: OptionSet {
        let rawValue: Int
        static let input = Readiness(rawValue: 1)
        static let output = Readiness(rawValue: 2)
        static let errors = Readiness(rawValue: 4)
        static let end = Readiness(rawValue: 8)
        static let wake = Readiness(rawValue: 16)
    }

    /// Waits until something of `interests` can be done or `wake` is readable; empty where the time has passed.
    func wait(for interests: Readiness, wake: Int32, until deadline: SuspendingClock.Instant) -> Readiness {
        let watched: [(Readiness, Int32, Int32)] =
            [
                (.input, input, POLLOUT), (.output, output, POLLIN), (.errors, errors, POLLIN), (.end, ended, POLLIN),
            ].filter { interests.contains($0.0) && $0.1 >= 0 } + [(.wake, wake, POLLIN)]
        var polled = watched.map { pollfd(fd: $0.1, events: Int16($0.2), revents: 0) }
        while true {
            let left = SuspendingClock.now.duration(to: deadline).inSeconds
            // Rounded up, so that the last millisecond is waited for and not spun through.
            let milliseconds = left <= 0 ? 0 : Int32(min((left * 1000).rounded(.up), 3_600_000))
            let count = poll(&polled, nfds_t(polled.count), milliseconds)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return [] }
            return zip(watched, polled).reduce(into: []) { ready, one in
                if one.1.revents != 0 { ready.insert(one.0.0) }
            }
        }
    }

    /// Whether the process ends within that time.
    func waitForEnd(_ time: Duration) -> Bool {
        // poll passes over a negative descriptor: nobody is to wake this short wait.
        !wait(for: [.end], wake: -1, until: .now.advanced(by: time)).isEmpty
    }

    // MARK: Talking

    /// How many of the bytes were taken; nil where the program has closed its input.
    func write(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard input >= 0 else { return nil }
        let count = bytes.withUnsafeBytes { Glibc.write(input, $0.baseAddress, $0.count) }
        if count >= 0 { return count }
        if errno == EAGAIN || errno == EINTR { return 0 }
        closeInput()
        return nil
    }

    /// What there is to read; nil at the end, which is reached when nobody holds the other end of the pipe any more.
    func readOutput() -> [UInt8]? { read(&output) }
    func readErrors() -> [UInt8]? { read(&errors) }

    private func read(_ descriptor: inout Int32) -> [UInt8]? {
        guard descriptor >= 0 else { return nil }
        let from = descriptor
        let count = buffer.withUnsafeMutableBytes { Glibc.read(from, $0.baseAddress, $0.count) }
        if count > 0 { return Array(buffer[..<count]) }
        if count < 0, errno == EAGAIN || errno == EINTR { return [] }
        close(descriptor)
        descriptor = -1
        return nil
    }

    func closeInput() {
        if input >= 0 { close(input) }
        input = -1
    }

    // MARK: Ending

    /// Signals the whole group: also what the program has started, unless that made a session of its own.
    func signal(_ number: Int32) { kill(-id, number) }

    /// Ends what is left of the group, lets go of everything, and tells how the process ended; to be called when it has.
    ///
    /// The group is signalled before the process is reaped: until then its number cannot belong to another.
    func reap() -> ProgramEnd {
        signal(SIGKILL)
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        abandon()
        return ProgramEnd(waitStatus: status)
    }

    /// Lets go of a process that does not end though it was killed (it hangs in the kernel).
    func abandon() {
        closeInput()
        for descriptor in [output, errors, ended] where descriptor >= 0 { close(descriptor) }
        (output, errors) = (-1, -1)
    }
}
