// What can go wrong with the log, in sentences for a person.

/// A part of the log that cannot be read.
public struct Damage: Sendable, Hashable, CustomStringConvertible {
    /// The file's name within `log/`; a verification also names `checkpoint` and `blobs/…` of the data folder.
    public var file: String
    /// The bytes from here…
    public var from: Int
    /// …up to here, exclusive.
    public var to: Int
    /// The events that are lost with them, as far as can be told.
    public var sequences: Range<UInt64>
    /// What is wrong, as a clause.
    public var what: String

    public init(file: String, from: Int, to: Int, sequences: Range<UInt64>, what: String) {
        self.file = file
        self.from = from
        self.to = to
        self.sequences = sequences
        self.what = what
    }

    /// Whether it is none, but a block of a version later than this one.
    public var isOfNewerVersion: Bool { what == "\(Block.unknownFlags)" }

    public var description: String {
        "\(file), bytes \(from) to \(to), \(sequencesText): \(what)"
    }

    /// "sequences 17 to 29", "sequence 17" or "no event".
    public var sequencesText: String {
        switch sequences.count {
        case 0: "no event"
        case 1: "sequence \(sequences.lowerBound)"
        default: "sequences \(sequences.lowerBound) to \(sequences.upperBound - 1)"
        }
    }
}

/// Why the log could not do what it was asked.
public enum LogError: Error, Sendable, CustomStringConvertible {
    /// There is no log in this folder.
    case noData(String)
    /// The folder holds something else.
    case foreign(String)
    /// The folder holds what belongs to a log, but its log is gone.
    case lost(String)
    /// The log was moved, removed or replaced while it was open.
    case moved(String)
    /// Something that only a later version of this program can read; the text is the sentence up to "is known to".
    case newer(String)
    /// The folder or a file in it cannot be written; the reason as the system gives it.
    case unwritable(String, reason: String)
    /// No space is left for this file.
    case diskFull(String)
    /// Any other failure of the system: what was tried, on which file, and its answer.
    case io(operation: String, path: String, reason: String)
    /// Acknowledged events are damaged or missing.
    case corrupt(Damage)
    /// A blob's bytes do not have the digest that they are named by.
    case blobDamaged(String)
    /// A failed write could not be taken back, so nobody appends until a person has looked.
    case poisoned(String)
    /// A condition of the append does not hold; the text says what holds instead.
    case conditionFailed(AppendCondition, String)
    /// A draft lies before its stream's newest event, and `TimePolicy.refuse` was asked for.
    case earlierTime(StreamID, time: Timestamp, newest: Timestamp)
    /// An event's line would be longer than 1 MiB.
    case eventTooLarge(bytes: Int, stream: StreamID)
    /// A commit's lines would be longer than 64 MiB.
    case commitTooLarge(bytes: Int)
    /// Numbers within a run must grow.
    case idTaken(EventID, newest: Int)
    /// A draft that no log may hold; the text says why.
    case invalidEvent(String)
    /// The derived index cannot be used.
    case index(String)
    /// A key of the log is missing or not a key.
    case key(String, reason: String)
    /// The log does not continue what this checkpoint was signed over.
    case contradicted(String, reason: String)
    /// A proof that there cannot be; the text says why.
    case invalidProof(String)
    /// The log was closed.
    case closed

    public var description: String {
        switch self {
        case .noData(let folder):
            "there is no log in \(folder); `daybook check` or another command that appends makes one"
        case .foreign(let folder):
            "\(folder) holds other files and no log; choose an empty folder or one that does not exist yet"
        case .lost(let folder):
            "\(folder) has lost its log: other files of it are there, and log/ is not; restore it from a snapshot, or choose another folder"
        case .moved(let folder):
            "the log in \(folder) was moved or removed while it was in use; nothing more is appended, start again when it is in its place"
        case .newer(let subject):
            "\(subject) only a newer version of daybook knows; use that version, nothing is wrong with the data"
        case .unwritable(let path, let reason):
            "cannot write \(path) (\(reason)); give this user the right to, or choose another data folder"
        case .diskFull(let path):
            "no space left on the device for \(path); nothing acknowledged is lost: make room and try again"
        case .io(let operation, let path, let reason):
            "cannot \(operation) \(path): \(reason)"
        case .corrupt(let damage) where damage.isOfNewerVersion:
            "a block of the log (\(damage.file), byte \(damage.from)) has what only a newer version of daybook knows; use that version, nothing is wrong with the data"
        case .corrupt(let damage):
            "the log is damaged (\(damage)); it stays readable around that, but nothing is appended until it is restored"
        case .blobDamaged(let path):
            "the bytes of \(path) do not have the digest that they are named by; restore the file or remove it"
        case .poisoned(let path):
            "a failed write could not be taken back (see \(path)); check the disk and `daybook log verify`, then remove that file"
        case .conditionFailed(_, let holds):
            "not appended: \(holds)"
        case .earlierTime(let stream, let time, let newest):
            "not appended: \(time) lies before the newest event of \(stream), which is of \(newest)"
        case .eventTooLarge(let bytes, let stream):
            "an event of \(stream) would take \(bytes) bytes; a line holds at most 1048576, so keep large data as a blob"
        case .commitTooLarge(let bytes):
            "these events would take \(bytes) bytes in one commit, which holds at most 67108864; append them in parts"
        case .idTaken(let id, let newest):
            "the id \(id) was not appended: its run already has number \(newest), and numbers within a run only grow"
        case .invalidEvent(let reason): reason
        case .index(let reason): "the index cannot be used: \(reason)"
        case .key(let path, let reason): "\(path) cannot be used: \(reason)"
        case .contradicted(let path, let reason):
            "\(path) contradicts the log: \(reason); run `daybook log verify`, and restore the log or remove that file"
        case .invalidProof(let reason): reason
        case .closed: "the log was closed"
        }
    }
}

/// What a person should be told though nothing failed.
public enum LogNotice: Sendable, Hashable, CustomStringConvertible {
    /// The rest of an append that was never acknowledged was moved out of the log.
    case tornTail(file: String, from: Int, bytes: Int, aside: String)
    /// The index was made again from the log.
    case indexRebuilt(reason: String)
    /// A full segment stays as it was appended: larger than it need be, and otherwise as good.
    case notSealed(reason: String)
    /// The clock is a minute or more behind the newest event. Told once, until the clock has passed it.
    case clockBehind(clock: Timestamp, newest: Timestamp)

    public var description: String {
        switch self {
        case .tornTail(let file, let from, let bytes, let aside):
            "the last append to \(file) was cut short before it was acknowledged; its \(bytes) bytes from byte \(from) on are kept in \(aside)"
        case .indexRebuilt(let reason): "the index was made again from the log: \(reason)"
        case .notSealed(let reason): "a full segment of the log could not be sealed and stays as it was: \(reason)"
        case .clockBehind(let clock, let newest):
            "the clock says \(clock), and the newest event was recorded at \(newest); until the clock has passed that, events are recorded as of then, in order"
        }
    }
}
