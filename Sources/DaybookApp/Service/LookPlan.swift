// Which watch is looked at next: what is due and what was asked for, each watch once at a time, and only so many at once. Pure.

import EventLog

struct LookPlan {
    private(set) var timetable = Timetable()
    var atOnceMax: Int
    /// What is to be looked at, in order, each watch once.
    private var queue: [String] = []
    private(set) var underWay: Set<String> = []
    /// What a watch was called when the look at it began that is still under way, where it has got another name since.
    private var formerNames: [String: String] = [:]

    init(atOnceMax: Int) { self.atOnceMax = atOnceMax }

    mutating func replace(
        _ schedules: [(watch: String, schedule: Schedule)], lastRuns: [String: Timestamp],
        watches: [(name: String, was: String?)], at now: Moment
    ) {
        timetable.replace(schedules, lastRuns: lastRuns, at: now)
        queue.removeAll { name in !watches.contains { $0.name == name } }
        let former = formerNames
        formerNames = [:]
        for watch in watches {
            guard let was = watch.was else { continue }
            formerNames[watch.name] = underWay.contains(was) ? was : former[was]
        }
    }

    private func isUnderWay(_ watch: String) -> Bool {
        underWay.contains(watch) || formerNames[watch] != nil
    }

    /// Somebody wants a look that begins from now on, before what is only due. A look that is under way is not one.
    mutating func ask(for watch: String) {
        queue.removeAll { $0 == watch }
        queue.insert(watch, at: 0)
    }

    /// Takes the watches that have fallen due into the queue.
    mutating func fallDue(at now: Moment) {
        for watch in timetable.due(at: now) where !isUnderWay(watch) && !queue.contains(watch) {
            queue.append(watch)
        }
    }

    /// When a further watch falls due. One that is queued or under way waits for a look to end, not for a time.
    var nextDue: Timestamp? { timetable.earliest { isUnderWay($0) || queue.contains($0) } }

    /// The next watch to look at, which is under way from here on.
    mutating func next(at now: Moment) -> String? {
        guard underWay.count < atOnceMax, let place = queue.firstIndex(where: { !isUnderWay($0) }) else {
            return nil
        }
        let watch = queue.remove(at: place)
        underWay.insert(watch)
        timetable.started(watch, at: now)
        return watch
    }

    /// A look has ended. Times that passed while it was under way are passed over: a watch that takes longer than its
    /// interval looks at the next time on its schedule, not without a pause.
    ///
    /// - Returns: whether it did take longer.
    @discardableResult
    mutating func ended(_ watch: String, at now: Moment) -> Bool {
        underWay.remove(watch)
        let names = [watch] + formerNames.filter { $0.value == watch }.keys
        for name in names { formerNames[name] = nil }
        return names.reduce(false) { timetable.skipPassed($1, at: now) || $0 }
    }
}
