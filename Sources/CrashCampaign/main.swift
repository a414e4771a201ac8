// `tools/fuzz crash` and `tools/fuzz flips`: what the tests do in a bounded time, for as long as one likes.

import Glibc
import LogSimulation

let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "crash": exit(CrashCommand(Array(arguments.dropFirst()))?.run() ?? CrashCommand.usage())
case "flips": exit(FlipsCommand(Array(arguments.dropFirst()))?.run() ?? FlipsCommand.usage())
default: exit(CrashCommand.usage())
}
