// Counting pages from several tasks, for whoever watches a look on a terminal.

import Synchronization

/// Counts pages and tells after each that is finished.
final class ProgressCounter: Sendable {
    private let progress: Mutex<LookProgress>
    private let tell: (@Sendable (LookProgress) -> Void)?

    init(total: Int, tell: (@Sendable (LookProgress) -> Void)?) {
        progress = Mutex(LookProgress(pages: 0, total: total))
        self.tell = tell
    }

    func pageFound() { progress.withLock { $0.total += 1 } }

    /// Told under the lock, so that the numbers come in order.
    func pageDone() {
        progress.withLock { progress in
            progress.pages += 1
            tell?(progress)
        }
    }
}
