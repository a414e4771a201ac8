// Order and concurrency, decided without doing anything: which notification may go next.

import EventLog

/// Where a notification queues: about one subject, by one route, one after the other.
struct LaneID: Hashable, Sendable {
    let route: Int
    /// Bytes, because Swift's strings are equal where the world's differ.
    let subject: [UInt8]

    init(route: Int, subject: String) {
        self.route = route
        self.subject = Array(subject.utf8)
    }
}

/// The queues. A lane's head is ready, under way, or waiting for its time; what is behind it waits for it.
struct Lanes<Job: Sendable>: Sendable {
    private struct Lane: Sendable {
        var jobs: [Job]
        var state: State
    }

    private enum State: Sendable { case ready, underWay, waiting(Timestamp) }

    private struct Route: Sendable {
        let limit: Int
        var underWay = 0
        var ready = Queue<LaneID>()
    }

    private var lanes: [LaneID: Lane] = [:]
    private var routes: [Route]
    private var waiting = WaitingLanes()
    private var turn = 0
    private(set) var underWay = 0
    /// All that is queued or under way.
    private(set) var count = 0

    /// `limits`: how many of each route may be under way at once.
    init(limits: [Int]) {
        routes = limits.map { Route(limit: max(1, $0)) }
    }

    /// When the first waiting lane may go on.
    var earliest: Timestamp? { waiting.earliest }

    /// Puts a job at the end of its lane. `due` counts where the lane was empty.
    mutating func admit(_ job: Job, to lane: LaneID, due: Timestamp? = nil) {
        count += 1
        if lanes[lane] != nil {
            lanes[lane]?.jobs.append(job)
        } else {
            lanes[lane] = Lane(jobs: [job], state: .ready)
            if let due { wait(lane, until: due) } else { routes[lane.route].ready.append(lane) }
        }
    }

    /// The next job that may go at `now`, which is under way from here on. Routes take turns.
    mutating func next(at now: Timestamp) -> (lane: LaneID, job: Job)? {
        while let lane = waiting.removeFirst(dueBy: now) { makeReady(lane) }
        for offset in routes.indices {
            let route = (turn + offset) % routes.count
            guard routes[route].underWay < routes[route].limit, let lane = routes[route].ready.removeFirst(),
                let job = lanes[lane]?.jobs.first
            else { continue }
            turn = route + 1
            routes[route].underWay += 1
            underWay += 1
            lanes[lane]?.state = .underWay
            return (lane, job)
        }
        return nil
    }

    /// The lane's head is settled; the one behind it may go.
    mutating func settled(_ lane: LaneID) {
        guard leave(lane) else { return }
        count -= 1
        lanes[lane]?.jobs.removeFirst()
        if lanes[lane]?.jobs.isEmpty == true { lanes[lane] = nil } else { makeReady(lane) }
    }

    /// The lane's head has to wait, and all behind it with it.
    mutating func postponed(_ lane: LaneID, as job: Job, until due: Timestamp) {
        guard leave(lane) else { return }
        lanes[lane]?.jobs[0] = job
        wait(lane, until: due)
    }

    /// Every job that is queued or under way.
    func forEach(_ body: (LaneID, Job) -> Void) {
        for (id, lane) in lanes { for job in lane.jobs { body(id, job) } }
    }

    private mutating func leave(_ lane: LaneID) -> Bool {
        guard case .underWay? = lanes[lane]?.state else { return false }
        routes[lane.route].underWay -= 1
        underWay -= 1
        return true
    }

    private mutating func makeReady(_ lane: LaneID) {
        lanes[lane]?.state = .ready
        routes[lane.route].ready.append(lane)
    }

    private mutating func wait(_ lane: LaneID, until due: Timestamp) {
        lanes[lane]?.state = .waiting(due)
        waiting.insert(lane, due: due)
    }
}

/// Lanes by the time at which they may go on: a binary heap, first come first where times are equal.
private struct WaitingLanes: Sendable {
    private struct Entry: Sendable {
        let due: Timestamp
        let order: Int
        let lane: LaneID

        func precedes(_ other: Entry) -> Bool { due == other.due ? order < other.order : due < other.due }
    }

    private var heap: [Entry] = []
    private var inserted = 0

    var earliest: Timestamp? { heap.first?.due }

    mutating func insert(_ lane: LaneID, due: Timestamp) {
        inserted += 1
        heap.append(Entry(due: due, order: inserted, lane: lane))
        var child = heap.count - 1
        while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst(dueBy now: Timestamp) -> LaneID? {
        guard let first = heap.first, first.due <= now else { return nil }
        heap[0] = heap[heap.count - 1]
        heap.removeLast()
        var parent = 0
        while true {
            let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < heap.count }
            guard let least = children.min(by: { heap[$0].precedes(heap[$1]) }), heap[least].precedes(heap[parent])
            else { break }
            heap.swapAt(parent, least)
            parent = least
        }
        return first.lane
    }
}

/// First in, first out, without moving what is behind.
struct Queue<Element: Sendable>: Sendable {
    private var elements: [Element?] = []
    private var head = 0

    var isEmpty: Bool { head == elements.count }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func removeFirst() -> Element? {
        guard head < elements.count else { return nil }
        defer {
            elements[head] = nil
            head += 1
            if head > 64, head * 2 > elements.count {
                elements.removeFirst(head)
                head = 0
            }
        }
        return elements[head]
    }
}
