// One session of the demo's conference.

/// What the catalogue says about a session.
struct Session: Hashable, Sendable {
    let code: String
    var title: String
    var abstract: String
    var speakers: [String]
    var room: String
    /// Local time, as the page writes it: `2027-03-10T09:30`.
    var starts: String
}

/// A part of the catalogue, on a page of its own.
enum Topic: String, CaseIterable, Sendable {
    case storage
    case languages

    var title: String {
        switch self {
        case .storage: "Storage & Logs"
        case .languages: "Languages & Tools"
        }
    }
}
