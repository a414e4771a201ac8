// Opens a log and reads the events of one stream, as a command does that is asked for one thing's history.

import CanonicalJSON
import EventLog
import Foundation

struct StreamReading {
    private let data: String
    private let session: Int

    init(data: String, session: Int) {
        self.data = data
        self.session = session
    }

    func run() throws -> JSON {
        let stream = StreamID(family: "session", subject: SessionCorpus.subject(session))
        let began = ContinuousClock.now
        let log = try EventLog.open(data, create: false)
        let sequences = try log.sequences(of: stream)
        let events = try sequences.compactMap { try log.event(at: $0) }
        let seconds = (ContinuousClock.now - began).seconds
        guard events.allSatisfy({ $0.stream == stream }) else { throw CocoaError(.fileReadCorruptFile) }
        return ["events": JSON(events.count), "seconds": .number(seconds)]
    }
}
