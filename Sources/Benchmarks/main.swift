// daybook's half of `tools/bench`: `daybook-bench NAME ARGUMENTS…`, one file or folder per benchmark.

import Foundation

let arguments = Array(CommandLine.arguments.dropFirst())
do {
    switch arguments.first {
    case "extract": try ExtractBenchmark(Array(arguments.dropFirst())).run()
    case "log": try await LogBenchmark(Array(arguments.dropFirst())).run()
    case "projections": try await ProjectionsBenchmark(Array(arguments.dropFirst())).run()
    case "service": try await ServiceBenchmark(Array(arguments.dropFirst())).run()
    default:
        FileHandle.standardError.write(
            Data(
                """
                usage: daybook-bench extract PAGES ROUNDS TITLES
                       daybook-bench log MEASURE ARGUMENTS…
                       daybook-bench projections MEASURE ARGUMENTS…
                       daybook-bench service ADDRESS FOLDER MINUTES LOOKS
                (see tools/bench)

                """.utf8))
        exit(2)
    }
} catch {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(1)
}
