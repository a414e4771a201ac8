// How a running daybook is, as it says itself over data/run.sock: `{"state":true}` asks, `{"state":{…}}` answers.

import CanonicalJSON

/// What only the service itself knows.
struct ServiceAnswer: Equatable, Sendable {
    /// Whether a dispatcher is at work in it.
    var isTelling: Bool
    /// The watches that are being looked at.
    var looks: [String]

    static let request: JSON = ["state": true]

    static func isRequest(_ json: JSON) -> Bool { json["state"] != nil }
}

extension ServiceAnswer {
    init(_ state: ServiceState) { self.init(isTelling: state.isTelling, looks: state.looksUnderWay) }

    var json: JSON { ["state": ["telling": .bool(isTelling), "looks": .array(looks.map(JSON.string))]] }

    init?(_ json: JSON) {
        guard let isTelling = json["state"]?["telling"]?.boolValue else { return nil }
        self.init(
            isTelling: isTelling, looks: json["state"]?["looks"]?.arrayValue?.compactMap(\.stringValue) ?? [])
    }
}
