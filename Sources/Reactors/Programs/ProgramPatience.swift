// How long a program is waited for that ought to leave by itself.

struct ProgramPatience: Sendable {
    /// For a program that is to stop: once its input is closed, and then once it got SIGTERM.
    struct Stop: Sendable {
        var closed: Duration
        var terminated: Duration
    }

    /// Stopped because there is nothing for it to do.
    var idle = Stop(closed: .seconds(5), terminated: .seconds(2))
    /// Stopped within what is left of the ten seconds in which Daybook has to stop.
    var hurried = Stop(closed: .seconds(1), terminated: .milliseconds(500))
    /// From the end of its output to its own: it is most likely ending, and how it ended is worth waiting for.
    var afterOutput = Duration.seconds(1)

    static let standard = ProgramPatience()
}
