// The story that the demo tells, asked step by step.

import Testing

@testable import DemoSite

@Suite("The demo's script")
struct ScriptTests {
    private func codes(_ state: SiteState) -> [String] {
        Topic.allCases.flatMap { state.catalogue.sessions[$0] ?? [] }.map(\.code)
    }

    @Test("It begins with twelve sessions in two topics, none twice")
    func beginning() {
        let state = Script.state(after: 0)
        #expect(codes(state).count == 12 && Set(codes(state)).count == 12)
        #expect(Topic.allCases.allSatisfy { state.catalogue.sessions[$0]?.count == 6 })
    }

    @Test("Each step changes something, and a round ends where it began")
    func round() {
        let states = (0...Script.round.count).map(Script.state)
        for (before, after) in zip(states, states.dropFirst()) { #expect(before != after) }
        #expect(states.first == states.last)
        #expect(Script.state(after: 1) == Script.state(after: 1 + 3 * Script.round.count))
    }

    @Test("Everything that Daybook can tell happens: edited, moved, added, withdrawn, returned, and not to be told")
    func everything() {
        let states = (0...Script.round.count).map(Script.state)
        let rooms = Set(states.compactMap { $0.catalogue.sessions[.storage]?.first { $0.code == "DAY-101" }?.room })
        #expect(rooms == ["Hall 1", "Hall 3"])
        #expect(states.contains { codes($0).contains("DAY-207") })
        #expect(states.contains { !codes($0).contains("DAY-104") })
        #expect(Set(states.map(\.mood)) == [.well, .overloaded, .captcha])
    }

    @Test("A session that is brought back is the one that was withdrawn")
    func broughtBack() {
        let left = Script.round.firstIndex(of: .withdraw("DAY-104")) ?? 0
        let back = Script.round.firstIndex(of: .bringBack("DAY-104")) ?? 0
        let before = Script.state(after: left).catalogue.sessions[.storage]
        #expect(Script.state(after: left + 1).catalogue.sessions[.storage]?.count == 5)
        #expect(Script.state(after: back + 1).catalogue.sessions[.storage] == before)
    }
}
