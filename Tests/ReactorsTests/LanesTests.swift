import EventLog
import Testing

@testable import Reactors

@Suite("Lanes")
struct LanesTests {
    func at(_ seconds: Int64) -> Timestamp { Timestamp(millisecondsSinceEpoch: seconds * 1000) }
    func lane(_ subject: String, route: Int = 0) -> LaneID { LaneID(route: route, subject: subject) }

    /// All that may go now.
    func drain(_ lanes: inout Lanes<String>, at time: Int64 = 0) -> [String] {
        var jobs: [String] = []
        while let next = lanes.next(at: at(time)) { jobs.append(next.job) }
        return jobs
    }

    @Test("subjects go beside each other, one subject's jobs one after the other")
    func order() {
        var lanes = Lanes<String>(limits: [16])
        for job in ["a1", "a2", "b1", "a3"] { lanes.admit(job, to: lane(String(job.prefix(1)))) }
        #expect(drain(&lanes) == ["a1", "b1"])
        lanes.settled(lane("a"))
        #expect(drain(&lanes) == ["a2"])
        lanes.settled(lane("b"))
        #expect(drain(&lanes) == [])
        lanes.settled(lane("a"))
        #expect(drain(&lanes) == ["a3"])
        lanes.settled(lane("a"))
        #expect(lanes.count == 0 && lanes.underWay == 0)
    }

    @Test("a postponed job keeps those behind it waiting, and goes first when its time has come")
    func postponed() {
        var lanes = Lanes<String>(limits: [16])
        for job in ["a1", "a2", "b1"] { lanes.admit(job, to: lane(String(job.prefix(1)))) }
        #expect(drain(&lanes) == ["a1", "b1"])
        lanes.postponed(lane("a"), as: "a1 again", until: at(10))
        #expect(lanes.earliest == at(10))
        #expect(drain(&lanes, at: 9) == [])
        #expect(drain(&lanes, at: 10) == ["a1 again"])
        lanes.settled(lane("a"))
        #expect(drain(&lanes, at: 10) == ["a2"])
    }

    @Test("what is due first goes first, and what is due at once in the order of coming")
    func dueOrder() {
        var lanes = Lanes<String>(limits: [16])
        for (job, due) in [("e", 5), ("c", 3), ("a", 1), ("d", 3), ("b", 2)] as [(String, Int64)] {
            lanes.admit(job, to: lane(job), due: at(due))
        }
        #expect(drain(&lanes, at: 3) == ["a", "b", "c", "d"])
        #expect(lanes.earliest == at(5))
    }

    @Test("a route has so many under way and no more, and a full one does not stop another")
    func limits() {
        var lanes = Lanes<String>(limits: [2, 1])
        for job in ["a", "b", "c"] { lanes.admit(job, to: lane(job)) }
        for job in ["x", "y"] { lanes.admit(job, to: lane(job, route: 1)) }
        #expect(drain(&lanes) == ["a", "x", "b"])
        lanes.settled(lane("x", route: 1))
        #expect(drain(&lanes) == ["y"])
        lanes.settled(lane("a"))
        #expect(drain(&lanes) == ["c"])
    }

    @Test("the same subject on two routes are two lanes")
    func routes() {
        var lanes = Lanes<String>(limits: [1, 1])
        lanes.admit("hook", to: lane("a"))
        lanes.admit("file", to: lane("a", route: 1))
        #expect(drain(&lanes) == ["hook", "file"])
    }

    @Test("subjects that only look alike are not the same lane")
    func bytes() {
        var lanes = Lanes<String>(limits: [16])
        lanes.admit("composed", to: lane("caf\u{E9}"))
        lanes.admit("decomposed", to: lane("cafe\u{301}"))
        #expect(drain(&lanes) == ["composed", "decomposed"])
    }

    @Test("settling what is not under way changes nothing")
    func stray() {
        var lanes = Lanes<String>(limits: [1])
        lanes.admit("a", to: lane("a"))
        lanes.settled(lane("a"))
        lanes.settled(lane("nobody"))
        #expect(drain(&lanes) == ["a"])
        #expect(lanes.count == 1)
    }

    @Test("thousands of lanes come out in the order in which they are due")
    func many() {
        var lanes = Lanes<Int>(limits: [10_000])
        var state: UInt64 = 7
        for job in 0..<5000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            lanes.admit(job, to: lane("\(job)"), due: at(Int64(state >> 54)))
        }
        var last = at(-1)
        var count = 0
        while let due = lanes.earliest {
            #expect(due >= last)
            last = due
            while lanes.next(at: due) != nil { count += 1 }
        }
        #expect(count == 5000)
    }
}

@Suite("What is in the lanes")
struct AdmissionTests {
    @Test("is there once, and is looked at again where it came again meanwhile")
    func again() {
        var admissions = Admissions()
        var said = [admissions.insert("a"), admissions.remove("a"), admissions.contains("a")]
        #expect(said == [true, false, false])
        // Asked for again before it was heard that it is settled.
        said = [admissions.insert("a"), admissions.insert("a"), admissions.remove("a"), admissions.contains("a")]
        #expect(said == [true, false, true, false])
        said = [admissions.insert("a"), admissions.insert("b"), admissions.remove("a"), admissions.contains("b")]
        #expect(said == [true, true, false, true], "which counts once, and for this one alone")
    }
}
