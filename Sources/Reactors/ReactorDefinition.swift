// A reactor as the configuration describes it.

import CanonicalJSON
import EventLog
import JSONQuery
import Projections

/// Which changes are told, to whom, and in what words.
public struct ReactorDefinition: Sendable {
    public var name: String
    /// Kinds of changes; `*` stands for anything, as in `session.*`.
    public var on: [String]
    /// jq over the change's `data`; what it answers decides.
    public var filter: Filter?
    /// The same for single channels, by name: what must hold beside `filter` for that one to be told.
    var channelFilters: [String: Filter] = [:]
    /// Names of channels.
    public var to: [String]
    /// A program that reacts itself, where there are no channels.
    public var exec: ProgramDefinition?
    public var subject: MessageTemplate?
    /// Without one, a default text for people and the change alone for programs.
    public var message: MessageTemplate?
    /// What is held back for a while and told in one message; nothing where it is nil.
    public var damping: Damping?
    /// The subject line and the text of such a message.
    public var digestSubject: MessageTemplate?
    public var digestMessage: MessageTemplate?
    /// Origins that are told beside `live`.
    public var include: Set<Origin>
    /// Where a reactor begins that the log does not know yet; later on it has a place of its own and this no longer counts.
    public var from: StartingPoint
    /// Everything but the effect.
    public var shadow: Bool
    public var retry: RetrySchedule

    public init(
        name: String, on: [String], filter: Filter? = nil, to: [String], exec: ProgramDefinition? = nil,
        subject: MessageTemplate? = nil,
        message: MessageTemplate? = nil, include: Set<Origin> = [], from: StartingPoint = .end, shadow: Bool = false,
        retry: RetrySchedule = RetrySchedule()
    ) {
        self.name = name
        self.on = on
        self.filter = filter
        self.to = to
        self.exec = exec
        self.subject = subject
        self.message = message
        self.include = include
        self.from = from
        self.shadow = shadow
        self.retry = retry
    }

    /// A `where:` with the text it was compiled from.
    public struct Filter: Sendable {
        public let text: String
        let program: JSONFilter

        public init(_ text: String) throws(JSONQueryError) {
            self.text = text
            program = try JSONFilter(text)
        }
    }

    public enum StartingPoint: Sendable, Equatable {
        case end
        case beginning
        /// The first event whose changes count.
        case sequence(UInt64)
        /// What was recorded after this.
        case time(Timestamp)
    }
}
