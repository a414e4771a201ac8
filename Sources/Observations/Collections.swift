// What was seen of one thing in a keyed collection: its state, or that it is gone. Subject: `WATCH/KEY`.

import CanonicalJSON

/// `session.observed`, `item.observed`: the fields as they were read and nothing else, so that equal states have equal digests.
public struct Observed: EventData {
    public var fields: JSONObject

    public init(fields: JSONObject) { self.fields = fields }

    public init(json: JSON) throws(ObservationError) {
        guard let fields = json.objectValue else {
            throw ObservationError(expected: "Observed", reason: "it is not an object")
        }
        self.fields = fields
    }

    public func json() -> JSON { .object(fields) }
}

/// `stock.observed`: the same, with what is said of its availability among the fields.
public struct StockObserved: EventData {
    public var fields: JSONObject

    public init(json: JSON) throws(ObservationError) {
        fields = try Observed(json: json).fields
        guard let said = fields[Availability.member]?.stringValue, Availability(rawValue: said) != nil else {
            throw ObservationError(expected: "StockObserved", reason: "it has no availability")
        }
    }

    public func json() -> JSON { .object(fields) }
}

/// `page.observed`: what a page said. Its text is a list, so that every line is one in JSON as well.
public struct PageObserved: EventData, Codable {
    public var title: String?
    public var text: [String]

    public init(title: String? = nil, text: [String]) {
        self.title = title
        self.text = text
    }
}

/// `session.absent`, `item.absent`, `page.absent`: a run that could tell did not find it. There is nothing more to say.
public struct Absent: EventData, Codable {
    public init() {}
}
