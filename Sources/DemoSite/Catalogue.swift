// The catalogue as it stands at first, before the script changes anything. Conference and people are made up.

/// The sessions of each topic, in the order of the page.
struct Catalogue: Hashable, Sendable {
    var sessions: [Topic: [Session]]

    static let first = Catalogue(sessions: [
        .storage: [
            Session(
                code: "DAY-101", title: "Append, Never Alter",
                abstract: "What bookkeepers knew about logs before we did.",
                speakers: ["Ada Lindqvist"], room: "Hall 1", starts: "2027-03-10T09:30"),
            Session(
                code: "DAY-102", title: "The Torn Page",
                abstract: "What is left on a disk when the power fails, and how to tell.",
                speakers: ["Brendan Okafor", "Mei Tanaka"], room: "Hall 2", starts: "2027-03-10T10:30"),
            Session(
                code: "DAY-103", title: "fsync & Other Promises",
                abstract: "A tour of what \"durable\" means, layer by layer.",
                speakers: ["Carla Núñez"], room: "Hall 1", starts: "2027-03-10T11:30"),
            Session(
                code: "DAY-104", title: "Merkle Trees for People in a Hurry", abstract: "Proofs on one napkin.",
                speakers: ["Jonas Weiß"], room: "Studio A", starts: "2027-03-10T14:00"),
            Session(
                code: "DAY-105", title: "Columns, Rows, and the Rest of Us",
                abstract: "Choosing a layout without a war.",
                speakers: ["Priya Raman"], room: "Hall 2", starts: "2027-03-10T15:00"),
            Session(
                code: "DAY-106", title: "Clocks Go Backwards", abstract: "Time in systems that remember.",
                speakers: ["Ada Lindqvist", "Tomás Ferreira"], room: "Hall 1", starts: "2027-03-10T16:00"),
        ],
        .languages: [
            Session(
                code: "DAY-201", title: "Values First", abstract: "Programs that can be read in one direction.",
                speakers: ["Noor Haddad"], room: "Studio A", starts: "2027-03-11T09:30"),
            Session(
                code: "DAY-202", title: "An Afternoon with a Parser", abstract: "Live coding, with errors, on purpose.",
                speakers: ["Elin Berg"], room: "Studio B", starts: "2027-03-11T10:30"),
            Session(
                code: "DAY-203", title: "Small Tools, Long Lives", abstract: "Forty years of Unix filters in an hour.",
                speakers: ["Kofi Mensah", "Ruth Adler"], room: "Hall 2", starts: "2027-03-11T11:30"),
            Session(
                code: "DAY-204", title: "Types < Tests?", abstract: "A debate.",
                speakers: ["Noor Haddad", "Jonas Weiß"],
                room: "Hall 1", starts: "2027-03-11T14:00"),
            Session(
                code: "DAY-205", title: "Reading Other People's Code", abstract: "A workshop. Bring a repository.",
                speakers: ["Mei Tanaka"], room: "Studio B", starts: "2027-03-11T15:00"),
            Session(
                code: "DAY-206", title: "What the Compiler Saw", abstract: "Optimisation, told as a detective story.",
                speakers: ["Viktor Sokolov"], room: "Studio A", starts: "2027-03-11T16:00"),
        ],
    ])
}
