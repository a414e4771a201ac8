// What is passed on of this process's environment.

import Glibc

enum ProcessEnvironment {
    /// Where programs are looked for.
    static var path: String { getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin" }
}
