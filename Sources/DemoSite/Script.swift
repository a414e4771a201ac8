// What happens to the catalogue, step by step and round and round: a pure function from the step's number, so that a test
// asks for any moment without waiting for it.

/// The site at one moment.
struct SiteState: Hashable, Sendable {
    enum Mood: Hashable, Sendable {
        case well
        /// The server answers 503.
        case overloaded
        /// The server suspects a robot.
        case captcha
    }

    var catalogue = Catalogue.first
    /// Of the sessions' pages; the front page is always well.
    var mood = Mood.well
}

enum Script {
    /// One thing that happens.
    enum Step: Hashable, Sendable {
        case retitle(String, String)
        case move(String, room: String)
        case reschedule(String, starts: String)
        case add(Topic, Session)
        case withdraw(String)
        /// A session that was withdrawn stands where it stood at first, as it was at first.
        case bringBack(String)
        case mood(SiteState.Mood)
    }

    /// One round. It ends where it began, so that each round tells the same story.
    static let round: [Step] = [
        .move("DAY-101", room: "Hall 3"),
        .retitle("DAY-204", "Types < Tests? The Rematch"),
        .add(.languages, late),
        .mood(.overloaded),
        .mood(.well),
        .withdraw("DAY-104"),
        .reschedule("DAY-203", starts: "2027-03-11T12:00"),
        .mood(.captcha),
        .mood(.well),
        .bringBack("DAY-104"),
        .move("DAY-101", room: "Hall 1"),
        .withdraw(late.code),
        .retitle("DAY-204", "Types < Tests?"),
        .reschedule("DAY-203", starts: "2027-03-11T11:30"),
    ]

    private static let late = Session(
        code: "DAY-207", title: "Late Entry: Debugging by Diary", abstract: "Submitted at midnight, accepted at one.",
        speakers: ["Ruth Adler"], room: "Studio B", starts: "2027-03-11T17:00")

    /// The site after so many steps; 0 is how it stands at first.
    static func state(after steps: Int) -> SiteState {
        round.prefix(max(0, steps) % round.count).reduce(into: SiteState()) { $0.take($1) }
    }
}

extension SiteState {
    mutating func take(_ step: Script.Step) {
        switch step {
        case .retitle(let code, let title): catalogue.change(code) { $0.title = title }
        case .move(let code, let room): catalogue.change(code) { $0.room = room }
        case .reschedule(let code, let starts): catalogue.change(code) { $0.starts = starts }
        case .add(let topic, let session): catalogue.sessions[topic, default: []].append(session)
        case .withdraw(let code): catalogue.remove(code)
        case .bringBack(let code): catalogue.restore(code)
        case .mood(let mood): self.mood = mood
        }
    }
}

extension Catalogue {
    fileprivate mutating func change(_ code: String, _ edit: (inout Session) -> Void) {
        for topic in Topic.allCases {
            guard let index = sessions[topic]?.firstIndex(where: { $0.code == code }) else { continue }
            edit(&sessions[topic, default: []][index])
        }
    }

    fileprivate mutating func remove(_ code: String) {
        for topic in Topic.allCases { sessions[topic]?.removeAll { $0.code == code } }
    }

    fileprivate mutating func restore(_ code: String) {
        for topic in Topic.allCases {
            guard let index = Catalogue.first.sessions[topic]?.firstIndex(where: { $0.code == code }),
                let session = Catalogue.first.sessions[topic]?[index]
            else { continue }
            let place = min(index, sessions[topic]?.count ?? 0)
            sessions[topic, default: []].insert(session, at: place)
        }
    }
}
