// Tells systemd how the service is (sd_notify(3)): ready, reloading, stopping, alive. A datagram each, where it listens.

import Glibc

struct SystemNotifier: Sendable {
    private let address: String?
    /// How often the service has to say that it is alive; nil where nobody waits for it.
    let watchdogSeconds: Double?

    /// From the environment that systemd sets for a unit of `Type=notify`.
    init(environment: (String) -> String?) {
        address = environment("NOTIFY_SOCKET").flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil }
        let isMeant = environment("WATCHDOG_PID").map { $0 == String(getpid()) } ?? true
        let microseconds =
            isMeant ? environment("WATCHDOG_USEC").flatMap(Double.init).flatMap { $0 > 0 ? $0 : nil } : nil
        watchdogSeconds = microseconds.map { $0 / 1_000_000 }
    }

    func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }
    func status(_ status: String) { send("STATUS=\(status)") }
    func alive() { send("WATCHDOG=1") }
    func stopping() { send("STOPPING=1") }

    /// `Type=notify-reload` wants the time, on the clock that does not step, at which a reload began.
    func reloading() {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        send("RELOADING=1\nMONOTONIC_USEC=\(time.tv_sec * 1_000_000 + time.tv_nsec / 1000)")
    }

    /// Nobody is told where it does not work: a service without systemd is as good.
    private func send(_ text: String) {
        guard let address else { return }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        var path = Array(address.utf8)
        guard path.count < MemoryLayout.size(ofValue: name.sun_path) else { return }
        // An abstract address begins with a zero byte.
        if path.first == UInt8(ascii: "@") { path[0] = 0 }
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        _ = withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
    }
}
