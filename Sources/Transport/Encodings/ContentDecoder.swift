// Content encodings, undone here and not by libcurl: it takes a compressed stream that ends early for a whole one, and a
// page that was cut short must never pass for a page.

/// Undoes what `Content-Encoding` names while the bytes come in.
struct ContentDecoder: ~Copyable {
    /// Offered in `Accept-Encoding`.
    static let offered = "gzip, deflate, br, zstd"

    private static let stagesMax = 5

    /// In the order in which they are undone: the last one applied comes first.
    private let stages: [any Inflater]
    /// Bytes that any stage may give out: what lies between two stages can be far larger than what comes out of the last one.
    private let sizeMax: Int
    private var sizes: [Int]
    private var hasBytes = false

    /// - Parameter headers: the values of every `Content-Encoding` header (RFC 9110, section 8.4).
    init(_ headers: [String], sizeMax: Int = .max) throws(Fault) {
        let names = headers.flatMap { $0.split(separator: ",") }.map { String($0).trimmed().lowercased() }
            .filter { !$0.isEmpty && $0 != "identity" }
        guard names.count <= Self.stagesMax else { throw .garbage("it is encoded \(names.count) times") }
        var stages: [any Inflater] = []
        for name in names.reversed() { stages.append(try Self.inflater(name)) }
        self.stages = stages
        self.sizeMax = sizeMax
        sizes = Array(repeating: 0, count: stages.count)
    }

    private static func inflater(_ name: String) throws(Fault) -> any Inflater {
        let inflater: (any Inflater)? =
            switch name {
            case "gzip", "x-gzip": ZlibInflater(.gzip)
            case "deflate": ZlibInflater(.deflate)
            case "br": BrotliInflater()
            case "zstd": ZstdInflater()
            default: throw .garbage("its encoding \(name) is not one that was offered")
            }
        guard let inflater else { throw .failed("out of memory") }
        return inflater
    }

    /// Gives every piece that comes out to `emit`, a bounded number of bytes at a time.
    mutating func take(_ bytes: UnsafeRawBufferPointer, _ emit: Inflater.Sink) throws(Fault) {
        hasBytes = hasBytes || !bytes.isEmpty
        try pass(bytes, from: 0, emit)
    }

    private mutating func pass(_ bytes: UnsafeRawBufferPointer, from stage: Int, _ emit: Inflater.Sink) throws(Fault) {
        guard stage < stages.count else { return try emit(bytes) }
        try stages[stage].inflate(bytes) { (piece) throws(Fault) in
            guard piece.count <= sizeMax - sizes[stage] else { throw .tooLarge(.inflated, limit: sizeMax) }
            sizes[stage] += piece.count
            try pass(piece, from: stage + 1, emit)
        }
    }

    /// Whether every stream came to its end. An answer without a body (HEAD, 304) has none that could be cut.
    var isComplete: Bool { !hasBytes || stages.allSatisfy(\.isComplete) }
}

/// Undoes one encoding.
protocol Inflater: AnyObject {
    typealias Sink = (UnsafeRawBufferPointer) throws(Fault) -> Void

    /// Takes any piece of the stream. What comes after its end is passed over, unless it is another stream of its kind.
    func inflate(_ input: UnsafeRawBufferPointer, _ emit: Sink) throws(Fault)

    /// Whether the stream came to its end.
    var isComplete: Bool { get }
}

/// Room for what one step gives out.
struct OutputBuffer: ~Copyable {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

    deinit { bytes.deallocate() }

    func prefix(_ count: Int) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[..<count]) }
}
