import EventLog
import Projections

/// The sessions in which somebody speaks, as the log has it now: `data` is the data folder.
func sessions(of speaker: String, data: String) async throws -> [String] {
    let log = try EventLog.open(data, create: false)
    let engine = try ProjectionEngine(log: log, projections: [Speakers()])
    try await engine.catchUp()
    return try engine.read("speakers") { database in
        var sessions: [String] = []
        try database.forEach("SELECT session FROM bookings WHERE speaker = ? ORDER BY session", speaker) {
            sessions.append($0.text(0))
        }
        return sessions
    }
}
