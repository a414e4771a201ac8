// A progress bar on standard error for long work, shown on terminals only.

import EventLog
import Synchronization

/// Counts towards a total and draws it at most ten times a second.
final class Progress: Sendable {
    private let label: String
    private let unit: String
    private let console: Console
    private let began = ContinuousClock.now
    private let lastDrawn = Mutex<ContinuousClock.Instant?>(nil)

    init(_ label: String, unit: String, on console: Console = .current) {
        self.label = label
        self.unit = unit
        self.console = console
    }

    /// Shows `done` of `total`; a total of 0 is one that is not known yet.
    func update(_ done: Int, of total: Int) { draw(done, total, at: nil) }

    /// The same, and where in a history that is.
    func update(_ done: Int, of total: Int, at time: Timestamp) { draw(done, total, at: time) }

    private func draw(_ done: Int, _ total: Int, at time: Timestamp?) {
        guard console.showsProgress, isDue() else { return }
        let text = Progress.text(label, done: done, total: total, unit: unit, seconds: seconds, width: 30)
        console.transient(text + (time.map { " \($0.description.prefix(10))" } ?? ""))
    }

    /// Takes the bar away; what follows starts on a clean line.
    func finish() {
        guard console.showsProgress, lastDrawn.withLock({ $0 != nil }) else { return }
        console.transient("")
    }

    private var seconds: Double { (ContinuousClock.now - began) / .seconds(1) }

    private func isDue() -> Bool {
        let now = ContinuousClock.now
        return lastDrawn.withLock { last in
            if let last, now - last < .milliseconds(100) { return false }
            last = now
            return true
        }
    }

    static func text(_ label: String, done: Int, total: Int, unit: String, seconds: Double, width: Int) -> String {
        let rate = seconds > 0.5 ? ", \(grouped(Int(Double(done) / seconds))) \(unit)/s" : ""
        guard total > 0 else { return "\(label): \(grouped(done)) \(unit)\(rate)" }
        let share = min(1, Double(done) / Double(total))
        let filled = Int(share * Double(width))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        var left = ""
        if seconds > 2, share > 0.02, share < 1 { left = ", \(Int(seconds / share - seconds) + 1) s left" }
        return "\(label) \(bar) \(Int(share * 100)) % (\(grouped(done)) of \(grouped(total)) \(unit)\(rate)\(left))"
    }
}

/// A number and what it counts: `1 event`, `1,200 events`.
func counted(_ number: Int, _ noun: String) -> String { "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")" }

/// A number with groups of three, as people read it: 1,234,567.
func grouped(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
        text.append(digit)
    }
    return (number < 0 ? "-" : "") + text
}
