// What the service says about itself, through swift-log: lines for people on a terminal, a JSON object a line elsewhere.

import CanonicalJSON
import EventLog
import Logging

/// Writes log events to a console's standard error.
struct ServiceLog: LogHandler {
    enum Form: Sendable { case text, json }

    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private let form: Form
    private let console: Console
    private let now: @Sendable () -> Timestamp

    init(_ form: Form, console: Console, now: @escaping @Sendable () -> Timestamp = Timestamp.now) {
        self.form = form
        self.console = console
        self.now = now
    }

    /// A logger for a service in front of this console.
    static func logger(_ console: Console, level: Logger.Level = .info) -> Logger {
        var logger = Logger(label: "daybook") { _ in ServiceLog(console.showsProgress ? .text : .json, console: console)
        }
        logger.logLevel = level
        return logger
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
        let message = "\(event.message)"
        switch form {
        case .text: console.error(text(event.level, message, all))
        case .json: console.error(json(event.level, message, all))
        }
    }

    /// `2026-11-21 10:02:03  reinvent: 1,240 seen`; the level is said where something is wrong.
    private func text(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) -> String {
        let time = Tint.faint.applied(to: EventText.clock(now()), on: console)
        // What a message about a watch says already is not said again.
        let isSaid = metadata["watch"].map { message.hasPrefix("\($0): ") } ?? false
        let about = (isSaid ? [:] : metadata).sorted { $0.key < $1.key }.map {
            " \($0.key)=\(displayable("\($0.value)"))"
        }.joined()
        return "\(time)  \(mark(level))\(displayable(message))\(Tint.faint.applied(to: about, on: console))"
    }

    private func mark(_ level: Logger.Level) -> String {
        switch level {
        case .trace, .debug, .info, .notice: ""
        case .warning: Tint.warning.applied(to: "warning", on: console) + ": "
        case .error, .critical: Tint.bad.applied(to: "error", on: console) + ": "
        }
    }

    /// `{"time","level","message",…}`, the rest being what it is about.
    private func json(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) -> String {
        var object = JSONObject()
        for (key, value) in metadata { object[key] = Self.json(value) }
        object["time"] = .string(now().description)
        object["level"] = .string(level.rawValue)
        object["message"] = .string(message)
        return JSON.object(object).canonicalText
    }

    private static func json(_ value: Logger.Metadata.Value) -> JSON {
        switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let value):
            (value as? any BinaryInteger).map { JSON($0) } ?? (value as? Double).map(JSON.number)
                ?? .string(value.description)
        case .array(let values): .array(values.map(json))
        case .dictionary(let members): .object(JSONObject(members.map { ($0.key, json($0.value)) }))
        }
    }
}
