// What became of alarms. An alarm's transitions are decisions: a changed rule does not rewrite them. Subject: the alarm.

/// `alarm.changed`: the alarm is in another state from here on.
public struct AlarmChanged: EventData, Codable {
    /// One period that was looked at.
    public struct Datapoint: Codable, Sendable, Equatable {
        /// When the period began, RFC 3339.
        public var start: String
        /// Nil where nothing was recorded in it.
        public var value: Double?

        public init(start: String, value: Double?) {
            self.start = start
            self.value = value
        }
    }

    /// `OK`, `ALARM`, `INSUFFICIENT_DATA`.
    public var state: String
    /// The state before.
    public var was: String
    /// Why, in a sentence.
    public var reason: String
    /// The newest value that was looked at.
    public var value: Double?
    /// The periods that were looked at, oldest first.
    public var datapoints: [Datapoint]
    public var metric: String
    /// The watches or channels whose datapoints counted, where not all did.
    public var labels: [String]?
    public var statistic: String
    /// As `daybook.yaml` writes it.
    public var period: String
    public var evaluate: String
    public var threshold: String
    public var missing: String

    public init(
        state: String, was: String, reason: String, value: Double?, datapoints: [Datapoint], metric: String,
        labels: [String]?, statistic: String, period: String, evaluate: String, threshold: String, missing: String
    ) {
        self.state = state
        self.was = was
        self.reason = reason
        self.value = value
        self.datapoints = datapoints
        self.metric = metric
        self.labels = labels
        self.statistic = statistic
        self.period = period
        self.evaluate = evaluate
        self.threshold = threshold
        self.missing = missing
    }

    public static let type = "alarm.changed"
}

/// `alarm.silenced`: until then the alarm's changes are recorded and told to nobody.
public struct AlarmSilenced: EventData, Codable {
    /// RFC 3339. A time that has passed ends an earlier silence.
    public var until: String
    public var reason: String
    /// Whose doing it is.
    public var by: String

    public init(until: String, reason: String, by: String) {
        self.until = until
        self.reason = reason
        self.by = by
    }

    public static let type = "alarm.silenced"
}
