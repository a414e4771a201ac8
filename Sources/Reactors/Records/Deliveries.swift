// What one can ask about deliveries, and the one thing that one can do: ask for a parked one again.

import CanonicalJSON
import EventLog
import Projections

/// The deliveries of a data folder, brought up to the log's end before each answer.
public struct Deliveries: Sendable {
    private let log: EventLog
    private let store: DeliveryStore
    private let point: AsOf

    /// As they stand, or as they stood at a point in the past.
    public init(log: EventLog, asOf point: AsOf = .now) throws(ReactorError) {
        self.log = log
        store = if case .now = point { try Self.present(log) } else { try DeliveryStore(log: log, asOf: point) }
        self.point = point
    }

    /// In memory where the file cannot be used: a disk that is full or may only be read keeps nobody from asking.
    private static func present(_ log: EventLog) throws(ReactorError) -> DeliveryStore {
        do throws(ReactorError) {
            let store = try DeliveryStore(log: log)
            try store.catchUp()
            return store
        } catch {
            guard case .store = error else { throw error }
            return try DeliveryStore(log: log, asOf: .now)
        }
    }

    /// In the order of the changes that they tell of; with a limit, the newest ones.
    public func list(
        state: DeliveryState? = nil, reactor: String? = nil, channel: String? = nil, limit: Int? = nil
    ) throws(ReactorError) -> [Delivery] {
        try refresh()
        return try store.all(state: state, reactor: reactor, channel: channel, limit: limit)
    }

    /// By id or enough of its beginning, or by idempotency key (`webhook-id`), under which there is one delivery for each channel.
    public func find(_ name: String) throws(ReactorError) -> [Delivery] {
        try refresh()
        var found = try store.named(name)
        if found.isEmpty, !name.isEmpty { found = try store.beginning(name) }
        if Set(found.map(\.notification.key)).count > 1 { throw .ambiguousDelivery(id: name) }
        guard !found.isEmpty else { throw .unknownDelivery(id: name) }
        return found
    }

    /// A delivery with everything that was recorded of it and the message as it was sent.
    public func show(_ name: String) throws(ReactorError) -> [DeliveryDetail] {
        var details: [DeliveryDetail] = []
        for delivery in try find(name) { details.append(try detail(of: delivery)) }
        return details
    }

    private func detail(of delivery: Delivery) throws(ReactorError) -> DeliveryDetail {
        let told = delivery.gathers == nil ? [] : try store.told(in: delivery.id)
        do throws(LogError) {
            var records: [Event] = []
            for sequence in try log.sequences(of: delivery.notification.stream) {
                if let event = try log.event(at: sequence), point.covers(event) { records.append(event) }
            }
            let message = try delivery.message.flatMap { message throws(LogError) in try log.blobs.get(message.digest) }
            return DeliveryDetail(
                delivery: delivery, records: records, message: message, changes: told.map { ($0.id, $0.name) })
        } catch {
            throw .log(error)
        }
    }

    /// Makes a parked delivery due again. Recorded in the log, so that whoever dispatches next, or does so now, sends it
    /// once more, under the same id and saying that it is late.
    ///
    /// - Parameter source: who asks, such as `/cli/USER`.
    @discardableResult
    public func retry(
        _ name: String, source: String, now: Timestamp = .now()
    ) async throws(ReactorError) -> [Delivery] {
        let found = try find(name)
        let parked = found.filter { $0.state == .parked }
        if parked.isEmpty, let first = found.first { throw .notParked(id: name, state: first.state.rawValue) }
        let ids = EventIDs(at: now)
        for delivery in parked { try await retry(delivery, source, ids, now) }
        try refresh()
        return try find(name)
    }

    private func retry(
        _ delivery: Delivery, _ source: String, _ ids: EventIDs, _ now: Timestamp
    ) async throws(ReactorError) {
        var record = NotificationRecord(.retried, delivery.notification, attempts: delivery.attempts)
        record.message = delivery.message
        record.next = now
        record.isLate = true
        let draft = record.draft(id: ids.next(), time: now, cause: delivery.cause, source: source)
        do {
            let condition = AppendCondition.revision(of: delivery.notification.stream, is: delivery.revision)
            _ = try await log.append([draft], conditions: [condition])
        } catch {
            // Somebody asked for it at the same time, and that is as good.
            if case .conditionFailed = error { return }
            throw .log(error)
        }
    }

    func refreshedRoutes() throws(ReactorError) -> [RouteState] {
        try refresh()
        return try store.routes()
    }

    /// The first sequence that a route has not considered, by projection; under "" where only its start is known.
    func place(of route: RouteState) throws(ReactorError) -> [String: UInt64] {
        let saved = try store.positions(route.reactor, route.channel)
        if !saved.isEmpty { return saved }
        return try store.reactors()[route.reactor]?.position(of: route.channel).map { ["": $0] } ?? [:]
    }

    private func refresh() throws(ReactorError) {
        if point == .now { try store.catchUp() }
    }
}

/// One delivery, whole.
public struct DeliveryDetail: Sendable {
    public let delivery: Delivery
    /// The events that recorded it, oldest first: each try, each decision.
    public let records: [Event]
    /// The message as it was rendered for the first try.
    public let message: [UInt8]?
    /// The changes that it gathers, each by the id of its own delivery.
    public let changes: [(id: String, change: ChangeName)]

    /// The line of `deliveries list`, with `tries` and, where it was kept, `message`.
    public var json: JSON {
        guard case .object(var row) = delivery.json else { return delivery.json }
        row["tries"] = .array(records.compactMap(Self.json))
        if let kept = delivery.message {
            var object = JSONObject()
            object["sha256"] = .string(kept.digest.hex)
            object["size"] = JSON(kept.size)
            object["type"] = .string(kept.type)
            object["text"] = message.flatMap { String(validating: $0, as: UTF8.self) }.map(JSON.string)
            row["message"] = .object(object)
        }
        if !changes.isEmpty {
            row["changes"] = .array(
                changes.map { id, change in
                    [
                        "id": .string(id), "change": .string(change.kind), "subject": .string(change.subject),
                        "sequence": .string(change.paddedSequence),
                    ]
                })
        }
        return .object(row)
    }

    private static func json(_ event: Event) -> JSON? {
        guard let record = NotificationRecord(type: event.type, data: event.data) else { return nil }
        var row = JSONObject()
        row["outcome"] = .string(String(record.kind.rawValue.dropFirst("notification.".count)))
        row["sequence"] = .string(padded(event.sequence))
        row["time"] = .string(event.time.description)
        row["by"] = .string(event.source)
        row["attempts"] = JSON(record.attempts)
        row["error"] = record.error.map(JSON.string)
        row["status"] = record.status.map { JSON($0) }
        row["next"] = record.next.map { .string($0.description) }
        row["by"] = record.hold.map { .string($0.rawValue) }
        return .object(row)
    }
}
