import EventLog
import Synchronization
import Testing

@testable import DaybookApp
@testable import Reactors

@Suite("Which watch is looked at next")
struct LookPlanTests {
    private func moment(_ seconds: Double) -> Moment {
        Moment(wall: (Timestamp("2026-11-21T10:00:00Z") ?? .now()).adding(seconds: seconds), elapsed: seconds)
    }

    private func plan(_ watches: [String], atOnce: Int = 4, every: Duration = .seconds(60)) -> LookPlan {
        var plan = LookPlan(atOnceMax: atOnce)
        plan.replace(
            watches.map { ($0, .every(every)) }, lastRuns: [:], watches: watches.map { ($0, nil) }, at: moment(0))
        plan.fallDue(at: moment(0))
        return plan
    }

    private func begun(_ plan: inout LookPlan, at seconds: Double = 0) -> [String] {
        var names: [String] = []
        while let name = plan.next(at: moment(seconds)) { names.append(name) }
        return names
    }

    @Test("only so many are looked at at once; the next begins when one ends")
    func bound() {
        var plan = plan(["a", "b", "c"], atOnce: 2)
        #expect(begun(&plan) == ["a", "b"])
        plan.ended("a", at: moment(1))
        #expect(begun(&plan, at: 1) == ["c"])
    }

    @Test("a watch never overlaps itself: what falls due meanwhile is left out, and that is said")
    func overlap() {
        var plan = plan(["a"])
        #expect(begun(&plan) == ["a"])
        plan.fallDue(at: moment(150))
        #expect(begun(&plan, at: 150) == [])
        let tookLonger = plan.ended("a", at: moment(150))
        #expect(tookLonger)
        plan.fallDue(at: moment(150))
        #expect(begun(&plan, at: 150) == [])
        plan.fallDue(at: moment(211))
        #expect(begun(&plan, at: 211) == ["a"])
        let tookLongerAgain = plan.ended("a", at: moment(212))
        #expect(!tookLongerAgain)
    }

    @Test("what is asked for comes before what is due, and once more after a look that is under way")
    func asked() {
        var plan = plan(["a", "b", "c"], atOnce: 1)
        plan.ask(for: "c")
        #expect(begun(&plan) == ["c"])
        plan.ask(for: "c")
        plan.ended("c", at: moment(1))
        #expect(begun(&plan, at: 1) == ["c"])
        plan.ended("c", at: moment(2))
        #expect(begun(&plan, at: 2) == ["a"])
    }

    @Test("what is due and cannot begin yet waits for an end, and nobody looks at the clock for it")
    func waitsForAnEnd() {
        var plan = plan(["a", "b"], atOnce: 1)
        #expect(begun(&plan) == ["a"])
        plan.fallDue(at: moment(150))
        #expect(begun(&plan, at: 150) == [] && plan.nextDue == nil)
        plan.ended("a", at: moment(150))
        #expect(plan.nextDue.map { $0 > moment(150).wall } == true)
        #expect(begun(&plan, at: 150) == ["b"])
    }

    @Test("what is no longer configured is not begun any more")
    func dropped() {
        var plan = plan(["a", "b"], atOnce: 1)
        #expect(begun(&plan) == ["a"])
        plan.replace([("a", .every(.seconds(60)))], lastRuns: [:], watches: [("a", nil)], at: moment(1))
        plan.ended("a", at: moment(1))
        #expect(begun(&plan, at: 1) == [])
    }

    @Test("a watch that got another name, or two, while it was looked at is not looked at before that has ended")
    func renamed() {
        var plan = plan(["a"])
        #expect(begun(&plan) == ["a"])
        for (name, was) in [("b", "a"), ("c", "b")] {
            plan.replace([(name, .every(.seconds(60)))], lastRuns: [:], watches: [(name, was)], at: moment(1))
            plan.fallDue(at: moment(1))
            plan.ask(for: name)
            #expect(begun(&plan, at: 1) == [])
        }
        plan.ended("a", at: moment(2))
        #expect(begun(&plan, at: 2) == ["c"])
        plan.ended("c", at: moment(3))
        plan.ask(for: "c")
        #expect(begun(&plan, at: 3) == ["c"])
    }
}

@Suite("Who is answered by which look")
struct CheckDeskTests {
    private final class Heard: Sendable {
        let texts = Mutex<[String]>([])

        func take(_ answer: CheckAnswer) {
            let text =
                switch answer {
                case .report: "report"
                case .trouble(let failure): "trouble \(failure.sentence)"
                case .refused(let failure): "refused \(failure.sentence)"
                case .done(let report): "done \(report.delivered)"
                case .waiting: "waiting"
                }
            texts.withLock { $0.append(text) }
        }

        var all: [String] { texts.withLock { $0 } }
    }

    private let trouble = CheckAnswer.trouble(Failure(.world, "x"))

    @Test("a look that had begun before the question does not answer it")
    func tooEarly() {
        var desk = CheckDesk()
        let heard = Heard()
        desk.began("a")
        desk.take(["a"], waitSeconds: 1) { heard.take($0) }
        let early = desk.ended("a", trouble)
        #expect(early.isEmpty && heard.all.isEmpty)
        desk.began("a")
        let whole = desk.ended("a", trouble)
        #expect(whole.count == 1 && heard.all == ["trouble x"])
    }

    @Test("a check is whole when all its looks have ended, and done when all is told")
    func whole() throws {
        var desk = CheckDesk()
        let heard = Heard()
        desk.take(["a", "b"], waitSeconds: 7) { heard.take($0) }
        desk.began("a")
        desk.began("b")
        let half = desk.ended("b", trouble)
        let all = desk.ended("a", trouble)
        #expect(half.isEmpty)
        let whole = try #require(all.first)
        #expect(whole.waitSeconds == 7 && !desk.isEmpty)
        var report = DispatchReport()
        report.delivered = 3
        desk.settled(whole.number, report)
        #expect(heard.all == ["trouble x", "trouble x", "done 3"] && desk.isEmpty)
    }

    @Test("two who ask for the same are answered by one look")
    func shared() {
        var desk = CheckDesk()
        let (first, second) = (Heard(), Heard())
        desk.take(["a"], waitSeconds: 1) { first.take($0) }
        desk.take(["a"], waitSeconds: 1) { second.take($0) }
        desk.began("a")
        let whole = desk.ended("a", trouble)
        #expect(whole.map(\.number) == [1, 2])
        #expect(first.all == second.all && first.all.count == 1)
    }

    @Test("nobody is left without an answer")
    func refused() {
        var desk = CheckDesk()
        let (first, second) = (Heard(), Heard())
        desk.take(["a"], waitSeconds: 1) { first.take($0) }
        desk.take(["b"], waitSeconds: 1) { second.take($0) }
        desk.drop(Failure(.usage, "gone"), unless: { $0 == "b" })
        #expect(first.all == ["refused gone"] && second.all.isEmpty)
        desk.refuseAll(Failure(.world, "stopping"))
        #expect(second.all == ["refused stopping"] && desk.isEmpty)
    }
}
