import Testing

@testable import Projections

@Suite("Versions of one item in a row")
struct StretchTests {
    @Test(
        "a splice tells what is between what two texts share",
        arguments: [
            // old, new, shared before, shared behind, between
            ("", "", 0, 0, ""), ("a", "a", 1, 0, ""), ("", "abc", 0, 0, "abc"), ("abc", "", 0, 0, ""),
            ("abc", "axc", 1, 1, "x"), ("aa", "a", 1, 0, ""), ("a", "aa", 1, 0, "a"), ("abab", "ab", 2, 0, ""),
            ("0123456789abcdef-0123456789abcdef", "0123456789abcdef+0123456789abcdef", 16, 16, "+"),
            ("0123456789", "012345678_9", 9, 1, "_"),
        ])
    func splices(old: String, new: String, prefix: Int, suffix: Int, middle: String) {
        with(old, new) { old, new in
            let splice = Splice(from: old, to: new)
            #expect(splice.prefix == prefix)
            #expect(splice.suffix == suffix)
            #expect(splice.middle.elementsEqual(middle.utf8))
            var text = Array(old)
            #expect(splice.apply(to: &text))
            #expect(text.elementsEqual(new))
        }
    }

    @Test("a splice makes the new text of the old one, whatever they are", arguments: 0..<200)
    func anySplice(seed: Int) {
        var chance = Chance(seed)
        let old = text(&chance)
        let new = chance.one(in: 3) ? text(&chance) : edited(old, &chance)
        with(old, new) { old, new in
            var text = Array(old)
            #expect(Splice(from: old, to: new).apply(to: &text))
            #expect(text.elementsEqual(new))
        }
    }

    @Test("a splice of another text is refused", arguments: [(4, 0), (0, 4), (2, 2), (-1, 0), (0, -1)])
    func foreign(prefix: Int, suffix: Int) {
        var text = Array("abc".utf8)
        let splice = Splice(prefix: prefix, suffix: suffix, middle: UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(!splice.apply(to: &text))
        #expect(text == Array("abc".utf8))
    }

    @Test(
        "versions are read as they were written, and a stretch that is read goes on as if it had never been away",
        arguments: 0..<40)
    func roundTrip(seed: Int) throws {
        var chance = Chance(seed)
        let versions = made(&chance)
        var stretch = try begun(versions[0])
        for (version, state) in versions.dropFirst() {
            if chance.one(in: 2) { stretch = try again(stretch) }
            let before = stretch.state
            try with(before, state) { try stretch.add(version, StateTold(from: $0, to: $1)) }
        }
        let read = try read(stretch)
        #expect(read.map(\.0) == versions.map(\.0))
        #expect(read.map(\.1) == versions.map(\.1))
        #expect(stretch.last == versions.last?.0)
    }

    @Test(
        "a stretch is closed when what follows its first version takes as much, and a kilobyte at least",
        arguments: [10, 5000])
    func closing(size: Int) throws {
        let first = ItemVersion(number: 1, sequence: 0, time: 0, isPresent: true)
        var state = [UInt8](repeating: 97, count: size)
        var stretch = try begun((first, state))
        var next = first
        var count = 0
        while !stretch.isClosed(to: next) {
            count += 1
            next = ItemVersion(number: count + 1, sequence: UInt64(count), time: 0, isPresent: true)
            let before = state
            state = [UInt8](repeating: UInt8(97 + count % 2), count: size)
            try with(before, state) { try stretch.add(next, StateTold(from: $0, to: $1)) }
        }
        let later = stretch.packed.count - size
        #expect(later >= max(size, 1024))
        #expect(later < 2 * max(size, 1024) + 100)
    }

    @Test("a stretch is closed where time goes back")
    func time() throws {
        let stretch = try begun((ItemVersion(number: 1, sequence: 5, time: 100, isPresent: true), [123, 125]))
        let later = { ItemVersion(number: 2, sequence: 6, time: $0, isPresent: true) }
        #expect(!stretch.isClosed(to: later(100)))
        #expect(stretch.isClosed(to: later(99)))
    }

    @Test("bytes that are not as they were written are damage, wherever they end", arguments: 0..<20)
    func damage(seed: Int) throws {
        var chance = Chance(seed)
        let versions = made(&chance)
        var stretch = try begun(versions[0])
        for (version, state) in versions.dropFirst() {
            let before = stretch.state
            try with(before, state) { try stretch.add(version, StateTold(from: $0, to: $1)) }
        }
        for count in 1..<stretch.packed.count {
            let read = Result { try self.read(Array(stretch.packed.prefix(count)), first: stretch.first) }
            switch read {
            case .success(let some): #expect(some.map(\.0) == Array(versions.map(\.0).prefix(some.count)))
            case .failure(let error): #expect((error as? SQLiteError)?.isDamage == true)
            }
        }
    }

    // MARK: Helpers

    private func with<Result>(
        _ old: some Sequence<UInt8>, _ new: some Sequence<UInt8>,
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try Array(old).withUnsafeBytes { old in try Array(new).withUnsafeBytes { try body(old, $0) } }
    }

    private func with<Result>(
        _ old: String, _ new: String, _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result { try with(old.utf8, new.utf8, body) }

    private func text(_ chance: inout Chance) -> String {
        (0..<chance.below(60)).map { _ in chance.pick(["a", "b", "é"]) }.joined()
    }

    private func edited(_ text: String, _ chance: inout Chance) -> String {
        let at = text.index(text.startIndex, offsetBy: chance.below(text.count + 1))
        return text[..<at] + chance.pick(["", "x", "long middle"]) + text[at...].dropFirst(chance.below(4))
    }

    private func made(_ chance: inout Chance) -> [(ItemVersion, [UInt8])] {
        var state = Array(text(&chance).utf8)
        var version = ItemVersion(
            number: 1 + chance.below(300), sequence: UInt64(chance.below(1 << 40)), time: Int64(chance.below(1 << 41)),
            isPresent: true)
        return (0..<(1 + chance.below(12))).map { index in
            if index > 0 {
                version.number += 1
                version.sequence += UInt64(1 + chance.below(1 << chance.below(40)))
                version.time += Int64(chance.below(100_000))
                version.isPresent.toggle()
                if chance.one(in: 2) { state = Array(edited(String(decoding: state, as: UTF8.self), &chance).utf8) }
            }
            return (version, state)
        }
    }

    private func begun(_ version: (ItemVersion, [UInt8])) throws -> Stretch {
        version.1.withUnsafeBytes { Stretch(version.0, $0) }
    }

    private func again(_ stretch: Stretch) throws -> Stretch {
        try stretch.packed.withUnsafeBytes { try Stretch($0, first: columns(of: stretch.first)) }
    }

    /// What a row says of its first version.
    private func columns(of first: ItemVersion) -> ItemVersion {
        ItemVersion(number: first.number, sequence: first.sequence, time: first.time, isPresent: true)
    }

    private func read(_ stretch: Stretch) throws -> [(ItemVersion, [UInt8])] {
        try read(stretch.packed, first: stretch.first)
    }

    private func read(_ packed: [UInt8], first: ItemVersion) throws -> [(ItemVersion, [UInt8])] {
        var versions: [(ItemVersion, [UInt8])] = []
        try packed.withUnsafeBytes { packed in
            var reader = StretchReader(packed, first: columns(of: first))
            while try reader.next() { versions.append((reader.version, reader.state)) }
        }
        return versions
    }
}
