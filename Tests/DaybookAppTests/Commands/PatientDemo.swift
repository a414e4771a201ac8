// The demo's configuration for tests.

import DemoSite
import Foundation

extension DemoSite {
    /// For a site in the tests' own process: all of them share a few threads, and a page may be long in coming.
    static func patientConfiguration(for address: String) -> String {
        configuration(for: address).replacing("timeout: 5s", with: "timeout: 60s")
    }
}
