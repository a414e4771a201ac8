// Deliveries for people: on a terminal two short lines for each, elsewhere one with everything.

import EventLog
import Reactors

enum DeliveryText {
    /// Changes of a gathered message that `show` prints.
    static let changesMax = 100
    /// Characters of an id's digest that a terminal shows; a beginning of an id is enough to name a delivery.
    private static let digitsShown = 6

    static func list(_ rows: [Delivery], on console: Console) {
        guard console.isTerminal else { return table(rows).print(to: console) }
        let ids = rows.map { shortened($0.id) }
        let width = ids.map(displayWidth).max() ?? 0
        for (row, id) in zip(rows, ids) {
            let state = row.state.tint.applied(to: padded(row.state.rawValue, to: 9), on: console)
            let start = "\(padded(id, to: width))  \(EventText.clock(row.time))"
            let used = displayWidth(start) + 13
            let route = cut(displayable(route(row)), to: max(8, console.width - used))
            console.line("\(Tint.faint.applied(to: start, on: console))  \(state)  \(route)")
            console.line("    " + cut(displayable(what(row)), to: max(8, console.width - 4)))
        }
    }

    private static func table(_ rows: [Delivery]) -> Table {
        var table = Table("id", "time", "state", "tries", "to", "what")
        for row in rows {
            table.add(
                Cell(row.id, .faint), Cell(EventText.clock(row.time), .faint), Cell(row.state.rawValue, row.state.tint),
                Cell(row.attempts), Cell(route(row)), Cell(what(row)))
        }
        return table
    }

    private static func route(_ row: Delivery) -> String {
        "\(row.notification.reactor) -> \(row.notification.channel)"
    }

    /// What it tells, and how it stands where there is more to say than its state.
    static func what(_ row: Delivery) -> String {
        let change = row.notification.change
        let tries = row.attempts > 1 && row.state != .delivered ? "\(row.attempts) tries" : nil
        let error = row.hold == nil ? row.error : nil
        let notes = [note(row), tries, error].compactMap(\.self)
        return "\(change.kind) \(change.subject)" + (notes.isEmpty ? "" : "  (\(notes.joined(separator: "; ")))")
    }

    /// Of what is held back until when, of what was held which message told it, and of a gathered message how much it tells.
    static func note(_ row: Delivery) -> String? {
        if let count = row.gathers { return "tells \(counted(count, "change"))" }
        guard let hold = row.hold else { return nil }
        if let message = hold.toldIn { return "\(hold.reason.rawValue): told in \(shortened(message))" }
        let then = hold.reason == .silenced ? "told if the alarm still stands so" : "told with others"
        return "\(hold.reason.rawValue): held until \(EventText.clock(hold.until)) UTC, then \(then)"
    }

    /// Enough of an id to tell it from others.
    private static func shortened(_ id: String) -> String {
        guard let dash = id.lastIndex(of: "-") else { return id }
        return String(id[...dash] + id[id.index(after: dash)...].prefix(digitsShown))
    }
}
