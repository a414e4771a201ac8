// How an event names bytes that are kept outside the log.

/// Bytes in `blobs/`, with what one needs to know before reading them.
public struct BlobReference: Codable, Sendable, Equatable {
    /// `sha256:…`, the digest of the bytes.
    public var blob: String
    /// In bytes, as they were before any compression.
    public var size: Int
    /// The media type.
    public var type: String

    public init(blob: String, size: Int, type: String) {
        self.blob = blob
        self.size = size
        self.type = type
    }
}

/// `config.applied`: the configuration that holds from here on, whole and normalised. Subject: `config`.
public struct ConfigApplied: EventData, Codable {
    public var blob: String
    public var size: Int
    public var type: String

    public init(_ reference: BlobReference) {
        blob = reference.blob
        size = reference.size
        type = reference.type
    }
}
