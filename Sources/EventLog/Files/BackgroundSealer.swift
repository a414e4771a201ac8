// Has full segments sealed beside everything else that goes on, one at a time and on one core.

import CLinux
import Dispatch
import Glibc
import Synchronization

final class BackgroundSealer: Sendable {
    private struct State {
        /// How many segments were full when the queue was last told.
        var full: UInt64 = 0
        /// When a running seal is to stop between two blocks.
        var stopAt: ContinuousClock.Instant?
        var isClosed = false
        /// Damaged ones, which stay as they are.
        var refused: Set<UInt64> = []
    }

    private let sealer: SegmentSealer
    private let tail: LogTail
    private let isOn: Bool
    private let notices: @Sendable (LogNotice) -> Void
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "daybook.seal", qos: .utility)
    private let running = DispatchGroup()

    /// What a closing log waits for a segment that is nearly done, so that commands which append and end now and then come to
    /// seal what they fill.
    private static let closingLimit = Duration.seconds(2)

    /// - Parameter isOn: whether anything is sealed without being asked for.
    init(directory: LogDirectory, tail: LogTail, isOn: Bool, notices: @escaping @Sendable (LogNotice) -> Void) {
        sealer = SegmentSealer(directory: directory)
        self.tail = tail
        self.isOn = isOn
        self.notices = notices
    }

    /// The log has grown to here, and that is durable.
    func appended(end: UInt64) {
        let full = end / sealer.directory.segmentEvents
        let isDue = state.withLock { state in
            guard isOn, !state.isClosed, full > state.full else { return false }
            state.full = full
            return true
        }
        if isDue { start() }
    }

    /// Seals what is due in the background; nothing where there is nothing.
    func start() {
        queue.async(group: running) { _ = self.sealAll(cores: 1) }
    }

    /// Seals what is due on all cores, for so long at most; whether all is sealed then.
    func seal(within limit: Duration) async -> Bool {
        let deadline = ContinuousClock.now + limit
        return await withCheckedContinuation { answer in
            queue.async(group: running) {
                let cores = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
                answer.resume(returning: self.sealAll(cores: cores, until: deadline))
            }
        }
    }

    /// One segment, here and now.
    func sealNext() throws(LogError) -> SealOutcome { try sealer.sealNext(end: tail.end()) }

    /// Gives a running seal a moment to end; what is not sealed then, the next one to append begins anew.
    func close() {
        let stopAt = ContinuousClock.now + Self.closingLimit
        state.withLock { state in
            state.isClosed = true
            state.stopAt = stopAt
        }
        running.wait()
    }

    /// Whether nothing is left to seal.
    private func sealAll(cores: Int, until deadline: ContinuousClock.Instant? = nil) -> Bool {
        let isAll = sealDue(Deflaters(cores: cores), until: deadline)
        // The compressors took megabytes and are gone; the C library would keep their pages for whoever asks this thread next,
        // which is nobody until the next segment is full.
        malloc_trim(0)
        return isAll
    }

    private func sealDue(_ deflaters: Deflaters, until deadline: ContinuousClock.Instant? = nil) -> Bool {
        while goesOn(deadline) {
            let refused = state.withLock { $0.refused }
            do throws(LogError) {
                let outcome = try sealer.sealNext(
                    end: tail.end(), refused: refused, deflaters: deflaters, goOn: { goesOn(deadline) })
                if case .nothingDue = outcome { return refused.isEmpty }
                guard case .sealed = outcome else { return false }
            } catch {
                guard case .corrupt(let damage) = error, let segment = Segment.first(inName: damage.file) else {
                    notices(.notSealed(reason: "\(error)"))
                    return false
                }
                state.withLock { _ = $0.refused.insert(segment) }
                notices(.notSealed(reason: "\(damage)"))
            }
        }
        return false
    }

    private func goesOn(_ deadline: ContinuousClock.Instant?) -> Bool {
        let now = ContinuousClock.now
        if let deadline, now >= deadline { return false }
        return state.withLock { $0.stopAt.map { now < $0 } ?? true }
    }
}
