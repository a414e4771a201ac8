// Evaluates a daybook's alarms as its log grows and time goes by, and puts on record what they come to. What they come to is decided
// by `AlarmWalk`; this is the shell that gives it datapoints and moments.

import CanonicalJSON
import EventLog
import Logging
import Observations
import Projections

struct AlarmBoard: Sendable {
    private struct Entry {
        let rule: AlarmRule
        var walk: AlarmWalk?
        /// Of the alarm's stream.
        var revision = 0
        /// When there is something to evaluate though nothing is recorded.
        var next: Timestamp?
        /// The walk has the datapoints of events before this.
        var taken: UInt64 = 0
    }

    private let plan: AlarmPlan
    private let log: EventLog
    private let engine: ProjectionEngine
    private let store: DeliveryStore
    private let runs: EventIDPool
    private let logger: Logger?
    private var entries: [Entry]
    /// The datapoints of events before this have been handed to the walks.
    private var cursor: UInt64 = 0
    private var evaluated: Timestamp?
    private var saved: Timestamp?
    private var hasBegun = false

    /// The projections that it reads.
    static let projections: Set<String> = [Metrics().name, Alarms().name]
    /// How often a change is tried again that was decided over less than was recorded by then.
    private static let triesMax = 20
    /// Seconds of evaluation that a restart may have to go over again.
    private static let saveSeconds = 60.0
    /// So many changes go on record at once; a year that was missed may have more.
    private static let changesMax = 500

    init(
        _ plan: AlarmPlan, log: EventLog, engine: ProjectionEngine, store: DeliveryStore, runs: EventIDPool,
        logger: Logger?
    ) {
        self.plan = plan
        self.log = log
        self.engine = engine
        self.store = store
        self.runs = runs
        self.logger = logger
        entries = plan.alarms.map { Entry(rule: $0.rule) }
    }

    /// When it has to be evaluated next, whatever is recorded until then; nil where only what is recorded can change anything.
    var next: Timestamp? { entries.compactMap(\.next).min() }

    /// Evaluates every moment up to `now` over what the projections, which have been brought to the log's end, have taken in.
    ///
    /// - Parameter reached: how many events they have taken in, where the caller knows that it is all of them.
    /// - Returns: whether anything was appended.
    mutating func evaluate(at now: Timestamp, reached: UInt64? = nil) async throws(ReactorError) -> Bool {
        if !hasBegun { try store.endAlarms(but: entries.map(\.rule.name)) }
        hasBegun = true
        guard !entries.isEmpty else { return false }
        let known: UInt64? = if let reached { reached } else { try self.reached() }
        guard let end = known else {
            postpone(at: now)
            return false
        }
        var isAppended = false
        let fresh = try datapoints(from: cursor, end)
        for index in entries.indices {
            let isDue = entries[index].walk == nil || entries[index].next.map { $0 <= now } == true
            let own = fresh.filter { $0.sequence >= entries[index].taken && entries[index].rule.takes($0) }
            guard isDue || !own.isEmpty else { continue }
            if try await evaluate(index, own, at: now, end) { isAppended = true }
        }
        cursor = end
        evaluated = now
        if saved.map({ now.seconds(since: $0) >= Self.saveSeconds || now < $0 }) ?? true { try save() }
        return isAppended
    }

    private mutating func postpone(at now: Timestamp) {
        let later = now.adding(seconds: Self.saveSeconds)
        for index in entries.indices where entries[index].next.map({ $0 <= now }) == true {
            entries[index].next = later
        }
    }

    /// Keeps how far it has come with each alarm of which it knows where it stands.
    mutating func save() throws(ReactorError) {
        guard let evaluated, saved != evaluated else { return }
        try store.save(
            entries.filter { $0.walk != nil }.map {
                (
                    $0.rule.name,
                    AlarmProgress(rule: $0.rule.digest, evaluated: evaluated, sequence: max(cursor, $0.taken))
                )
            })
        saved = evaluated
    }

    /// How many events the datapoints are of; nil where they cannot all be known, and silence would be taken for missing data.
    private func reached() throws(ReactorError) -> UInt64? {
        do {
            let all = try engine.status().filter { Self.projections.contains($0.name) }
            guard all.count == Self.projections.count, all.allSatisfy({ $0.failure == nil }) else { return nil }
            return all.map(\.checkpoint).min()
        } catch {
            throw .projection(error.description)
        }
    }

    // MARK: One alarm

    private mutating func evaluate(
        _ index: Int, _ fresh: [Datapoint], at now: Timestamp, _ end: UInt64
    ) async throws(ReactorError) -> Bool {
        var (fresh, end) = (fresh, end)
        for _ in 0..<Self.triesMax {
            if entries[index].walk == nil { fresh = try load(index, end) }
            guard var walk = entries[index].walk else { return false }
            let transitions = walk.advance(to: now, taking: fresh)
            if try await append(transitions, of: index, since: end) {
                keep(index, walk, end)
                return !transitions.isEmpty
            }
            // Something was recorded meanwhile that it has to know.
            entries[index].walk = nil
            do { try await engine.catchUp() } catch { throw .projection(error.description) }
            guard let reached = try reached() else { return false }
            end = reached
        }
        return false
    }

    private mutating func keep(_ index: Int, _ walk: AlarmWalk, _ end: UInt64) {
        entries[index].next = walk.next()
        entries[index].walk = walk
        entries[index].taken = end
    }

    /// - Returns: false where something was recorded meanwhile that was not known; the changes before that are on record.
    private mutating func append(
        _ transitions: [AlarmTransition], of index: Int, since end: UInt64
    ) async throws(ReactorError) -> Bool {
        for start in stride(from: 0, to: transitions.count, by: Self.changesMax) {
            let part = Array(transitions[start..<min(start + Self.changesMax, transitions.count)])
            guard try await record(part, of: index, since: end) else { return false }
            entries[index].revision += part.count
        }
        return true
    }

    private func record(
        _ transitions: [AlarmTransition], of index: Int, since end: UInt64
    ) async throws(ReactorError) -> Bool {
        let rule = entries[index].rule
        let ids = runs.take(at: transitions[0].time)
        defer { runs.giveBack(ids) }
        var drafts: [EventDraft] = []
        var changes: [AlarmChanged] = []
        do {
            for transition in transitions {
                let cause = try transition.cause.flatMap { try log.event(at: $0) }
                let change = rule.changed(transition, error: cause?.data["error"]?.stringValue)
                changes.append(change)
                drafts.append(
                    EventDraft(
                        type: AlarmChanged.type, source: "/reactors/\(ReactorDefinition.alarmsName)",
                        subject: rule.name,
                        id: ids.next(), time: transition.time,
                        causation: cause?.id, data: try change.json()))
            }
            let conditions =
                [AppendCondition.revision(of: rule.stream, is: entries[index].revision)]
                + rule.metric.families.sorted().map { .nothing(family: $0, subjectPrefix: "", since: end) }
            try await log.append(drafts, conditions: conditions)
        } catch let error as LogError {
            if case .conditionFailed = error { return false }
            throw .log(error)
        } catch {
            throw .projection("\(error)")
        }
        for change in changes { tell(change, rule) }
        return true
    }

    private func tell(_ change: AlarmChanged, _ rule: AlarmRule) {
        let level: Logger.Level = change.state == AlarmState.alarm.rawValue ? .warning : .notice
        logger?.log(
            level: level, "alarm \(rule.name) is \(change.state)",
            metadata: [
                "alarm": "\(rule.name)", "state": "\(change.state)", "was": "\(change.was)",
                "reason": "\(change.reason)",
            ])
    }
}

// MARK: - Beginning

extension AlarmBoard {
    /// Takes an alarm up where it stands.
    ///
    /// - Returns: the datapoints whose moments have not been evaluated.
    private mutating func load(_ index: Int, _ end: UInt64) throws(ReactorError) -> [Datapoint] {
        let rule = entries[index].rule
        let progress = try store.alarmProgress(rule.name)
        do {
            let row = try engine.read(Alarms().name) { try AlarmQuery($0).current(rule.name) }
            let start = AlarmStart(rule, row: row, progress: progress, since: plan.since)
            entries[index].revision = try log.head(of: rule.stream)?.revision ?? 0
            var walk = AlarmWalk(rule, state: start.state, since: start.time, isNew: start.isNew)
            let all = try engine.read(Metrics().name) { database in
                let query = MetricQuery(database)
                let from = rule.rangeStart(at: start.time)
                let before =
                    rule.metric.shape == .age
                    ? try query.last(of: rule.metric.name, labels: rule.labels, before: from) : []
                return try before + query.datapoints(of: rule.metric.name, labels: rule.labels, from: from, before: end)
            }
            walk.prepare(all.filter(start.isEvaluated))
            entries[index].walk = walk
            return all.filter { !start.isEvaluated($0) }
        } catch let error as LogError {
            throw .log(error)
        } catch {
            throw .projection("\(error)")
        }
    }

    private func datapoints(from start: UInt64, _ end: UInt64) throws(ReactorError) -> [Datapoint] {
        // Whoever has just begun reads what it needs by itself.
        guard start < end, entries.contains(where: { $0.walk != nil }) else { return [] }
        do {
            return try engine.read(Metrics().name) { try MetricQuery($0).datapoints(from: start, before: end) }
        } catch {
            throw .projection("\(error)")
        }
    }
}

/// Where evaluation of an alarm goes on.
struct AlarmStart: Sendable, Equatable {
    let state: AlarmState
    let time: Timestamp
    let isNew: Bool
    /// The datapoints of events before this were known when it was evaluated up to `time`.
    private let sequence: UInt64

    init(_ rule: AlarmRule, row: AlarmRow?, progress: AlarmProgress?, since: Timestamp) {
        state = row.flatMap { AlarmState(rawValue: $0.state) } ?? rule.initial
        if let progress, progress.rule == rule.digest, progress.evaluated >= row?.time ?? progress.evaluated {
            time = progress.evaluated
            sequence = progress.sequence
            isNew = false
        } else if let row, rule.made(row.data), progress == nil || progress?.rule == rule.digest || row.time >= since {
            // A change goes on record only over all that was recorded by then: what lies before it has been evaluated, whatever
            // was kept of that.
            time = row.time
            sequence = .max
            isNew = false
        } else {
            // A new alarm, one that comes back, or a known one with another rule: what the rule would have said before it was put in
            // force is not asked.
            time = max(since, row?.time ?? since)
            sequence = .max
            isNew = true
        }
    }

    func isEvaluated(_ datapoint: Datapoint) -> Bool { datapoint.recorded < time && datapoint.sequence < sequence }
}

extension AlarmRule {
    var stream: StreamID { StreamID(family: "alarm", subject: name) }

    func takes(_ datapoint: Datapoint) -> Bool {
        guard datapoint.metric == metric.name else { return false }
        return labels?.contains { $0.utf8.elementsEqual(datapoint.label.utf8) } ?? true
    }

    func changed(_ transition: AlarmTransition, error: String?) -> AlarmChanged {
        AlarmChanged(
            state: transition.to.rawValue, was: transition.from.rawValue,
            reason: reason(transition, error: error),
            value: transition.periods.last { $0.value != nil }?.value,
            datapoints: transition.periods.map { .init(start: $0.start.description, value: $0.value) },
            metric: metric.name, labels: labels, statistic: statistic.description, period: periodText,
            evaluate: evaluation.description, threshold: threshold.description, missing: missing.rawValue)
    }

    /// Whether it was this rule that came to a recorded change.
    func made(_ data: JSON) -> Bool {
        let labels: JSON? = labels.map { .array($0.map(JSON.string)) }
        return data["metric"] == .string(metric.name) && data["labels"] == labels
            && data["statistic"] == .string(statistic.description) && data["period"] == .string(periodText)
            && data["evaluate"] == .string(evaluation.description)
            && data["threshold"] == .string(threshold.description) && data["missing"] == .string(missing.rawValue)
    }
}
