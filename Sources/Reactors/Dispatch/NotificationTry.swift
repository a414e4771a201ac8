// One try of one notification: the effect first, then the record of it.

import CanonicalJSON
import EventLog
import Logging
import Projections

/// What the dispatcher's tries share.
struct NotificationTry: Sendable {
    let log: EventLog
    let source: ChangeSource
    let pace: Pace
    let runs: EventIDPool
    let logger: Logger?

    /// What a try came to, for the queues.
    enum Result: Sendable {
        case settled(NotificationRecord.Kind)
        case again(Job, at: Timestamp)
        /// Somebody else has recorded something for this notification; the store knows what.
        case overtaken
        /// Stopped in the middle; nothing is recorded.
        case interrupted
    }

    func result(of job: Job, on route: Route) async -> Swift.Result<Result, ReactorError> {
        do { return .success(try await run(job, on: route)) } catch { return .failure(error) }
    }

    private func run(_ job: Job, on route: Route) async throws(ReactorError) -> Result {
        var job = job
        let ids = runs.take(at: pace.now())
        defer { runs.giveBack(ids) }
        let answer = try await act(&job, route, ids)
        if case .interrupted = answer.outcome { return .interrupted }
        return try await record(job, route, answer, ids)
    }

    // MARK: The effect

    private func act(
        _ job: inout Job, _ route: Route, _ ids: EventIDs
    ) async throws(ReactorError) -> ChannelAnswer {
        if let refusal = job.refusal { return ChannelAnswer(.park(reason: refusal)) }
        if let silence = job.change?.data["silenced"] { return ChannelAnswer(.skip(reason: Self.reason(silence))) }
        switch route.effect {
        case .reactor(let reactor):
            guard let change = try change(of: job) else { return Self.changeIsGone }
            if route.definition.shadow { return ChannelAnswer(.skip(reason: "shadow")) }
            let context = ReactorContext(
                reactor: route.definition.name, key: job.notification.key, attempt: job.attempts + 1,
                isLate: job.isLate,
                now: pace.now(), ids: ids)
            return ChannelAnswer(await reactor.react(to: change, in: context))
        case .channel(let channel):
            guard let message = try message(&job, route.definition, channel.form) else { return Self.changeIsGone }
            if route.definition.shadow { return ChannelAnswer(.skip(reason: "shadow")) }
            return await channel.deliver(message)
        }
    }

    /// An alarm that somebody has silenced tells nobody, and that is on record; what channels are not told is held before it comes here.
    static func reason(_ silence: JSON) -> String {
        let words = ["until", "by", "reason"].map { silence[$0]?.stringValue ?? "" }
        return "the alarm is silenced until \(words[0]) by \(words[1]): \(words[2])"
    }

    private static let changeIsGone = ChannelAnswer(
        .park(reason: "its projection does not know the change any more, and no message was kept"))

    /// The message that was kept with the first try, else a new one, which is kept.
    private func message(
        _ job: inout Job, _ definition: ReactorDefinition, _ form: MessageForm
    ) throws(ReactorError) -> RenderedMessage? {
        let name = job.notification.change
        if let kept = job.message, let body = try keptBody(kept.digest) {
            return RenderedMessage(
                key: job.notification.key, kind: name.kind, subject: name.subject, time: try observed(name), body: body,
                type: kept.type, isLate: job.isLate, attempt: job.attempts + 1)
        }
        guard let change = try change(of: job) else { return nil }
        let (body, type) = definition.rendered(change, as: form, key: job.notification.key)
        job.message = try log.keep(body, type)
        let time = change.data["time"]?.stringValue.flatMap { Timestamp($0) } ?? pace.now()
        return RenderedMessage(
            key: job.notification.key, kind: name.kind, subject: name.subject, time: time, body: body, type: type,
            isLate: job.isLate, attempt: job.attempts + 1)
    }

    private func change(of job: Job) throws(ReactorError) -> Change? {
        if let change = job.change { return change }
        return try source.change(job.notification.change)
    }

    private func keptBody(_ digest: Digest) throws(ReactorError) -> [UInt8]? {
        do { return try log.blobs.get(digest) } catch { throw .log(error) }
    }

    private func observed(_ name: ChangeName) throws(ReactorError) -> Timestamp {
        do { return try log.event(at: name.sequence)?.time ?? pace.now() } catch { throw .log(error) }
    }

    // MARK: The record

    private func record(
        _ job: Job, _ route: Route, _ answer: ChannelAnswer, _ ids: EventIDs
    ) async throws(ReactorError) -> Result {
        let now = pace.now()
        var (record, events) = Self.record(of: job, answer, route.definition.retry, at: now, random: pace.random())
        // Who asked for it by hand has it tried again whatever the hour is.
        if !job.isLate { record.next = record.next.map { route.damping?.loud(from: $0) ?? $0 } }
        let draft = record.draft(id: ids.next(), time: now, cause: job.cause)
        do {
            _ = try await log.append(
                events + [draft], conditions: [.revision(of: job.notification.stream, is: job.revision)])
        } catch {
            if case .conditionFailed = error { return .overtaken }
            guard !events.isEmpty, let fault = error.faultOfDrafts else { throw .log(error) }
            // The reactor's own events, and they would be as impossible on the next try.
            let parked = Outcome.park(reason: "what it wanted appended cannot be: \(fault)")
            return try await self.record(job, route, ChannelAnswer(parked, status: answer.status), ids)
        }
        tell(record)
        guard record.kind == .failed, let next = record.next else { return .settled(record.kind) }
        var later = job
        later.change = nil
        later.message = record.message
        later.attempts = record.attempts
        later.isWaitedFor = false
        later.failures += 1
        later.revision += 1
        return .again(later, at: next)
    }

    /// What is on record, in the service's log as well.
    private func tell(_ record: NotificationRecord) {
        guard let logger else { return }
        let notification = record.notification
        var metadata: Logger.Metadata = [
            "reactor": "\(notification.reactor)", "channel": "\(notification.channel)",
            "change": "\(notification.change.kind)", "subject": "\(notification.change.subject)",
            "delivery": "\(notification.id)", "attempts": .stringConvertible(record.attempts),
        ]
        metadata["next"] = record.next.map { "\($0)" }
        let reason = record.error.map { ": \($0)" } ?? ""
        switch record.kind {
        case .delivered: logger.info("told", metadata: metadata)
        case .failed: logger.warning("could not tell yet\(reason)", metadata: metadata)
        case .parked: logger.error("gave up telling\(reason)", metadata: metadata)
        case .held: logger.debug("did not tell\(reason)", metadata: metadata)
        case .retried, .prepared: break
        }
    }

    /// Characters of a reason that are recorded: what others wrote must not make a record impossible.
    static let reasonMax = 2000

    /// What a try's answer becomes, and what else is to be appended with it. Pure.
    static func record(
        of job: Job, _ answer: ChannelAnswer, _ schedule: RetrySchedule, at now: Timestamp, random: Double
    ) -> (NotificationRecord, [EventDraft]) {
        func make(_ kind: NotificationRecord.Kind, tried: Bool = true, error: String? = nil) -> NotificationRecord {
            var record = NotificationRecord(kind, job.notification, attempts: job.attempts + (tried ? 1 : 0))
            record.message = job.message
            record.error = error.map { SafeText.shortened(SafeText.visible($0), to: reasonMax) }
            record.status = answer.status
            record.isLate = job.isLate
            return record
        }
        switch answer.outcome {
        case .done(let events): return (make(.delivered), events)
        case .skip(let reason): return (make(.held, tried: false, error: reason), [])
        case .park(let reason): return (make(.parked, tried: job.refusal == nil, error: reason), [])
        case .interrupted: return (make(.failed, tried: false), [])
        case .retry(let told, let reason):
            guard case .again(let seconds) = schedule.next(after: job.failures + 1, told: told, random: random) else {
                return (make(.parked, error: reason), [])
            }
            var failed = make(.failed, error: reason)
            failed.next = now.adding(seconds: seconds)
            return (failed, [])
        }
    }
}

extension LogError {
    /// What is wrong with the drafts, where it is they that no log would take; nil where it is the log that takes none.
    fileprivate var faultOfDrafts: String? {
        switch self {
        case .eventTooLarge(let bytes, _): "an event would be \(bytes) bytes long, and 1 MiB is the most"
        case .commitTooLarge, .idTaken, .invalidEvent: description
        default: nil
        }
    }
}
