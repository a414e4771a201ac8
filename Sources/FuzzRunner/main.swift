// Feeds a fuzz target: `daybook-fuzz TARGET FILE…` runs it over files, and built by `tools/fuzz`, which links libFuzzer, it takes
// libFuzzer's arguments and searches.

#if DEBUG

import Fuzzing
import Glibc

func complain(_ text: String) {
    let line = Array((text + "\n").utf8)
    _ = write(STDERR_FILENO, line, line.count)
}

/// Where the function that libFuzzer calls, which can capture nothing, finds it.
enum Chosen {
    static let target = FuzzTarget.named(CommandLine.arguments.dropFirst().first ?? "")
}

guard let target = Chosen.target else {
    complain("usage: daybook-fuzz \(FuzzTarget.all.map(\.name).joined(separator: "|")) FILE…")
    exit(2)
}

#if LIBFUZZER

@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

// libFuzzer reads the arguments as the C program's: what follows the target's name.
var count = CommandLine.argc - 1
var list = CommandLine.unsafeArgv + 1
exit(
    runDriver(&count, &list) { start, count in
        do {
            try Chosen.target?.check(UnsafeRawBufferPointer(start: start, count: count))
        } catch {
            complain("does not hold: \(error)")
            abort()
        }
        return 0
    })

#else

var failed = false
for path in CommandLine.arguments.dropFirst(2) {
    guard let file = fopen(path, "rb") else {
        complain("cannot read \(path): \(String(cString: strerror(errno)))")
        exit(2)
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var byte = fgetc(file)
    while byte != EOF {
        bytes.append(UInt8(truncatingIfNeeded: byte))
        byte = fgetc(file)
    }
    do { try bytes.withUnsafeBytes(target.check) } catch {
        complain("\(path): does not hold: \(error)")
        failed = true
    }
}
exit(failed ? 1 : 0)

#endif

#endif
