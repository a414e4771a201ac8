// Many objects of a repository one after another, by one `git cat-file --batch`.

import Dispatch
import Glibc
import Subprocess
import Synchronization
import SystemPackage

/// What git has of a version.
enum GitObject: Sendable {
    case bytes([UInt8])
    /// Not there in this commit.
    case missing
    /// Not a file: a folder, a symbolic link, a submodule.
    case other(String)
    /// Larger than asked for; the size in bytes.
    case tooLarge(Int)
}

/// The answers of one `cat-file`, read ahead by no more than is asked for.
final class GitObjects: Sendable {
    /// Requests that have not been answered take less than a pipe holds, so that writing them never waits.
    private static let requestBytesAhead = 16 << 10
    private static let pipeBytes: Int32 = 1 << 20
    /// F_SETPIPE_SZ, which <fcntl.h> names only under _GNU_SOURCE.
    private static let setPipeSize: Int32 = 1031

    struct Request: Sendable {
        /// What `cat-file` is asked for.
        var text: String
        /// What it is known to be, where it is no file: git would hand over a link's target, and knows nothing of a submodule.
        var other: String?
    }

    private struct State {
        var requests: ArraySlice<Request>
        var unanswered: [(bytes: Int, other: String?)] = []
        var unansweredBytes = 0
        var number = 0
        var buffer: [UInt8] = []
        var at = 0
        var failure: IngestError?
        var isClosed = false
    }

    private let input: Int32
    private let output: Int32
    private let sizeMax: Int
    private let state: Mutex<State>
    /// Reading waits for git: not on a thread that tasks run on.
    private let thread = DispatchQueue(label: "daybook.git")

    private init(requests: [Request], input: Int32, output: Int32, sizeMax: Int) {
        state = Mutex(State(requests: requests[...]))
        self.input = input
        self.output = output
        self.sizeMax = sizeMax
    }

    /// Runs `command`, a `cat-file --batch`, for as long as `body` does.
    static func with<Result: Sendable>(
        _ command: GitCommand, requests: [Request], sizeMax: Int, _ body: @Sendable (GitObjects) async throws -> Result
    ) async throws -> Result {
        let questions = try pipe()
        let answers = try pipe()
        // What this costs where the system allows less is a few more calls.
        _ = fcntl(answers.read, setPipeSize, pipeBytes)
        let objects = GitObjects(requests: requests, input: questions.write, output: answers.read, sizeMax: sizeMax)
        do {
            let outcome = try await Subprocess.run(
                command.configuration,
                input: .fileDescriptor(FileDescriptor(rawValue: questions.read), closeAfterSpawningProcess: true),
                output: .fileDescriptor(FileDescriptor(rawValue: answers.write), closeAfterSpawningProcess: true),
                error: .discarded
            ) { _ in
                let result: Swift.Result<Result, any Error>
                do { result = .success(try await body(objects)) } catch { result = .failure(error) }
                // It ends when it is asked for nothing more.
                objects.close()
                return result
            }
            return try outcome.closureResult.get()
        } catch {
            objects.close()
            throw GitCommand.explained(error)
        }
    }

    /// The next version and its number among the requests, from 0; nil behind the last.
    func next() async throws(IngestError) -> (number: Int, object: GitObject)? {
        let result: Result<(number: Int, object: GitObject)?, IngestError> = await withCheckedContinuation { answer in
            thread.async {
                answer.resume(returning: self.read())
            }
        }
        return try result.get()
    }

    private func close() {
        thread.sync {
            state.withLock { state in
                guard !state.isClosed else { return }
                state.isClosed = true
                _ = Glibc.close(input)
                _ = Glibc.close(output)
            }
        }
    }

    private func read() -> Result<(number: Int, object: GitObject)?, IngestError> {
        state.withLock { state in
            if let failure = state.failure { return .failure(failure) }
            if state.isClosed { return .success(nil) }
            do throws(IngestError) {
                try ask(&state)
                guard let request = state.unanswered.first else { return .success(nil) }
                let answered = try answer(&state)
                let object = request.other.map { .other($0) } ?? answered
                state.unanswered.removeFirst()
                state.unansweredBytes -= request.bytes
                state.number += 1
                return .success((state.number - 1, object))
            } catch {
                state.failure = error
                return .failure(error)
            }
        }
    }

    private func ask(_ state: inout State) throws(IngestError) {
        while let request = state.requests.first {
            let line = Array((request.text + "\n").utf8)
            guard state.unanswered.isEmpty || state.unansweredBytes + line.count <= Self.requestBytesAhead else {
                return
            }
            try write(line)
            state.requests.removeFirst()
            state.unanswered.append((line.count, request.other))
            state.unansweredBytes += line.count
        }
    }

    /// `NAME TYPE SIZE`, the bytes and a line feed; or `REQUEST missing`.
    private func answer(_ state: inout State) throws(IngestError) -> GitObject {
        let head = String(decoding: try line(&state), as: UTF8.self)
        let words = head.split(separator: " ")
        if words.last == "missing" { return .missing }
        guard words.count == 3, let size = Int(words[2]), size >= 0 else {
            throw .git("git answers what is not understood: \(head.prefix(200))")
        }
        let isWanted = words[1] == "blob" && size <= sizeMax
        let bytes = try body(size, isWanted: isWanted, &state)
        _ = try line(&state)
        guard words[1] == "blob" else { return .other(String(words[1])) }
        return isWanted ? .bytes(bytes) : .tooLarge(size)
    }

    private func line(_ state: inout State) throws(IngestError) -> [UInt8] {
        var searched = state.at
        while true {
            if let end = state.buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { state.at = end + 1 }
                return Array(state.buffer[state.at..<end])
            }
            searched = state.buffer.count
            let (at, more) = (state.at, try read(upTo: 1 << 16))
            state.buffer = Array(state.buffer[at...]) + more
            state.at = 0
            searched -= at
        }
    }

    private func body(_ size: Int, isWanted: Bool, _ state: inout State) throws(IngestError) -> [UInt8] {
        let buffered = state.buffer[state.at..<min(state.buffer.count, state.at + size)]
        state.at += buffered.count
        guard isWanted else {
            var left = size - buffered.count
            while left > 0 { left -= try read(upTo: min(left, 1 << 20)).count }
            return []
        }
        var failure: IngestError?
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { bytes, count in
            count = bytes.update(fromContentsOf: buffered)
            do throws(IngestError) {
                while count < size {
                    count += try read(into: UnsafeMutableRawBufferPointer(bytes.extracting(count..<size)))
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    // MARK: Pipes

    private func read(upTo count: Int) throws(IngestError) -> [UInt8] {
        var failure: IngestError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { bytes, count in
            do throws(IngestError) { count = try read(into: UnsafeMutableRawBufferPointer(bytes)) } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// At least one byte.
    private func read(into bytes: UnsafeMutableRawBufferPointer) throws(IngestError) -> Int {
        while true {
            let count = Glibc.read(output, bytes.baseAddress, bytes.count)
            if count > 0 { return count }
            if count == 0 {
                throw .git("git cat-file ended before it had answered; is the repository whole? (git fsck)")
            }
            guard errno == EINTR else { throw .git("git's answer cannot be read: \(String(cString: strerror(errno)))") }
        }
    }

    private func write(_ bytes: [UInt8]) throws(IngestError) {
        var at = 0
        while at < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(input, $0.baseAddress.map { $0 + at }, bytes.count - at) }
            if count > 0 {
                at += count
            } else if errno != EINTR {
                throw .git("git cat-file ended before it was asked; is the repository whole? (git fsck)")
            }
        }
    }

    /// Not passed on to other programs.
    private static func pipe() throws(IngestError) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else {
            throw .git("no pipe could be opened: \(String(cString: strerror(errno)))")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }
}
