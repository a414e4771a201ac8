// Paths of daybook.yaml, which begin where the file is.

import Foundation

enum FilePath {
    /// The path without `.` and `..`, beginning in `folder` where it is relative.
    ///
    /// Joined before it is standardised: a relative URL is standardised without its base, `sub/../x` to `/x`.
    static func absolute(_ path: String, in folder: String) -> String {
        URL(fileURLWithPath: path.hasPrefix("/") ? path : folder + "/" + path).standardized.path
    }
}
