import EventLog
import Testing

@testable import Reactors

@Suite("The one timer of a loop", .timeLimit(.minutes(5)))
struct WakeUpTests {
    private let late = Timestamp(millisecondsSinceEpoch: 2)
    private let soon = Timestamp(millisecondsSinceEpoch: 1)

    @Test("set anew, it forgets what it was set to before")
    func anew() async {
        let (rings, ringing) = AsyncStream.makeStream(of: String.self)
        var wakeUp = WakeUp()
        wakeUp.set(to: late) { _ in
            defer { ringing.yield("the first has ended") }
            try await Task.sleep(for: .seconds(3600))
        } ring: {
            ringing.yield("the first rings")
        }
        wakeUp.set(to: soon) { _ in
        } ring: {
            ringing.yield("the second rings")
        }
        #expect(wakeUp.time == soon)
        var heard: Set<String> = []
        for await ring in rings {
            heard.insert(ring)
            if heard.count == 2 { break }
        }
        #expect(heard == ["the first has ended", "the second rings"])
    }

    @Test("once it was heard it is set to nothing")
    func heard() {
        var wakeUp = WakeUp()
        wakeUp.set(to: soon) { _ in
        } ring: {
        }
        wakeUp.heard()
        #expect(wakeUp.time == nil)
    }
}
