import Testing

@testable import Projections

@Suite("The ring of newest states")
struct NewestStatesTests {
    @Test("holds what was put in last, and hands on what has to go, so that nothing is lost", arguments: 0..<30)
    func nothingIsLost(seed: Int) throws {
        var chance = Chance(seed)
        var expected: [String: String] = [:]
        let aside = Aside()
        let ring = NewestStates(byteCount: 1 << (9 + chance.below(5)), evict: aside.put)
        for step in 0..<2000 {
            let subject = "w/\(chance.below(60))"
            let state =
                "\(step)" + String(repeating: "x", count: chance.one(in: 50) ? chance.below(3000) : chance.below(60))
            // What was put aside of it before is not its newest any more.
            aside.states[subject] = nil
            try put(subject, state, in: ring)
            expected[subject] = state
            if chance.one(in: 100) { #expect(all(ring, aside) == expected) }
        }
        #expect(all(ring, aside) == expected)
        #expect(!aside.states.isEmpty)
        try ring.evictAll()
        #expect(ring.count == 0)
        #expect(aside.states == expected)
    }

    @Test("an item that is heard of again in the same state stays where it is")
    func update() throws {
        let ring = NewestStates(byteCount: 4096) { _ in }
        try put("w/1", "{}", in: ring)
        find("w/1", in: ring)?.update(7, false)
        let found = try #require(find("w/1", in: ring))
        #expect(found.entry.pointee.time == 7)
        #expect(!found.entry.pointee.isPresent)
        #expect(found.state.elementsEqual("{}".utf8))
        #expect(find("w/2", in: ring) == nil)
    }

    @Test("with many items it finds each, also those that were put in before there were so many")
    func manyItems() throws {
        let aside = Aside()
        let ring = NewestStates(byteCount: 1 << 20, evict: aside.put)
        for round in 0..<3 {
            for item in 0..<4000 {
                try put("w/\(item)", "state \(round) of \(item)", in: ring)
                // The one before last, by then among more slots.
                let other = item / 2
                let state = find("w/\(other)", in: ring).map { String(decoding: $0.state, as: UTF8.self) }
                #expect(state == "state \(round) of \(other)")
            }
        }
        #expect(ring.count == 4000 && aside.states.isEmpty)
    }

    /// Where states go that have to make room.
    private final class Aside {
        var states: [String: String] = [:]

        func put(_ item: Remembered) {
            states["w/\(item.item)"] = String(decoding: item.state, as: UTF8.self)
        }
    }

    private func put(_ subject: String, _ state: String, in ring: NewestStates) throws {
        try Array(subject.utf8).withUnsafeBytes { subject in
            try Array(state.utf8).withUnsafeBytes { state in
                let item = Int64(String(decoding: subject.dropFirst(2), as: UTF8.self)) ?? -1
                try ring.put(
                    subject, hash: NewestStates.hash(subject),
                    Remembered(item: item, time: 0, isPresent: true, state: state),
                    replacing: ring.find(subject, hash: NewestStates.hash(subject)))
            }
        }
    }

    private func find(_ subject: String, in ring: NewestStates) -> NewestStates.Found? {
        Array(subject.utf8).withUnsafeBytes { ring.find($0, hash: NewestStates.hash($0)) }
    }

    /// What is in the ring, and what is not, aside.
    private func all(_ ring: NewestStates, _ aside: Aside) -> [String: String] {
        var all = aside.states
        for number in 0..<60 {
            guard let found = find("w/\(number)", in: ring) else { continue }
            #expect(found.entry.pointee.item == Int64(number))
            all["w/\(number)"] = String(decoding: found.state, as: UTF8.self)
        }
        return all
    }
}
