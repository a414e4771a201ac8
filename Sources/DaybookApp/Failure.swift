// What a command throws to end with a sentence and an exit code, and how the modules' errors become one.

import Endpoint
import EventLog
import Importing
import Ingestors
import Observations
import Projections
import Reactors
import Snapshots
import Transport

/// The end of a command that did not do what it was asked.
struct Failure: Error, Equatable {
    let status: ExitStatus
    /// What was wrong, where, and what to do; empty where everything has been said already.
    let sentence: String

    init(_ status: ExitStatus, _ sentence: String = "") {
        self.status = status
        self.sentence = sentence
    }

    /// `nil` for errors that are the argument parser's own (usage, help, version, completions).
    init?(explaining error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as ConfigurationError: self.init(.usage, error.description)
        case let error as LogError: self.init(Failure.status(of: error), error.description)
        case let error as ImportError: self.init(Failure.status(of: error), error.description)
        case let error as IngestError: self.init(Failure.status(of: error), error.description)
        case let error as ProjectionError: self.init(Failure.status(of: error), error.description)
        case let error as ReactorError: self.init(Failure.status(of: error), error.description)
        case let error as TransportError: self.init(.world, error.description)
        case let error as EndpointError: self.init(.world, error.description)
        case let error as SnapshotError: self.init(Failure.status(of: error), error.description)
        case let error as ObservationError: self.init(.damaged, error.description)
        case is CancellationError: self.init(.world, "stopped before it was done")
        default: return nil
        }
    }

    /// Whoever asked wrongly gets 2, a disk or a right that is missing is the world's 3, bytes that are not as they were
    /// written are 4.
    static func status(of error: LogError) -> ExitStatus {
        switch error {
        case .noData, .foreign, .earlierTime, .eventTooLarge, .commitTooLarge, .idTaken, .invalidEvent, .key: .usage
        case .unwritable, .diskFull, .io, .conditionFailed, .closed, .index, .moved, .newer: .world
        case .invalidProof: .no
        case .corrupt(let damage) where damage.isOfNewerVersion: .world
        case .lost, .corrupt, .blobDamaged, .poisoned, .contradicted: .damaged
        }
    }

    /// Damage is that, unless all of it is what a later version wrote.
    static func status(ofDamage damage: [Damage]) -> ExitStatus {
        damage.allSatisfy(\.isOfNewerVersion) ? .world : .damaged
    }

    private static func status(of error: ImportError) -> ExitStatus {
        switch error {
        case .unopenable, .lineTooLong, .refused: .usage
        case .unreadable: .world
        }
    }

    private static func status(of error: IngestError) -> ExitStatus {
        switch error {
        case .log(let error): status(of: error)
        case .history: .usage
        case .busy, .cache, .cancelled, .git: .world
        case .data: .damaged
        }
    }

    private static func status(of error: ProjectionError) -> ExitStatus {
        switch error {
        case .unknown, .badName: .usage
        case .notBuilt, .storage, .cancelled: .world
        case .stopped, .log: .damaged
        }
    }

    private static func status(of error: SnapshotError) -> ExitStatus {
        switch error {
        case .exists, .notEmpty, .link: .usage
        case .foreign, .unsound: .no
        case .noRoom, .system, .changed, .cancelled: .world
        case .log(_, let isDamage): isDamage ? .damaged : .world
        }
    }

    private static func status(of error: ReactorError) -> ExitStatus {
        switch error {
        case .badTemplate, .badBody, .badFilter, .badAddress, .badSecret, .unknownChannel, .dampedReactor: .usage
        case .unknownDelivery, .ambiguousDelivery, .notParked: .no
        case .log(let error): status(of: error)
        case .projection, .store, .cancelled: .world
        }
    }
}
