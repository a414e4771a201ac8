// jq's `test`, `match` and `sub` run in Oniguruma, which libjq does not bound: one bad pattern could run for hours in one
// instruction, where no halt reaches it.

import Foundation

enum RegularExpressionLimits {
    /// Tries in one search. A match that needs more fails as jq's own error.
    private static let retriesMax: UInt = 5_000_000

    static func apply() { _ = once }

    /// libjq brings Oniguruma along, but not its header; the setter is found by name, and left alone where there is none.
    private static let once: Void = {
        typealias Setter = @convention(c) (UInt) -> Int32
        for name in ["onig_set_retry_limit_in_search", "onig_set_retry_limit_in_match"] {
            guard let symbol = dlsym(nil, name) else { continue }
            _ = unsafeBitCast(symbol, to: Setter.self)(retriesMax)
        }
    }()
}
