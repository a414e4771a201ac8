// What a workload does: a table of operations. A new one is a row, and what it does a function.

import EventLog

struct Operation: Sendable {
    var name: String
    /// How often it is chosen, beside the others.
    var weight: Int
    var run: @Sendable (Workload) throws -> Void

    static let table = [
        Operation(name: "append", weight: 8) { try $0.append(requests: 1) },
        Operation(name: "append a group", weight: 6) { try $0.append(requests: 2 + $0.random.below(4)) },
        Operation(name: "append while the disk fails", weight: 5) { try $0.appendWithFault() },
        Operation(name: "append on a condition that fails", weight: 1) { try $0.appendInVain() },
        Operation(name: "read", weight: 5) { try $0.read() },
        Operation(name: "read while a sector cannot be read", weight: 1) { try $0.readDamaged() },
        Operation(name: "verify", weight: 1) { try $0.verify() },
        Operation(name: "open again", weight: 2) { $0.close(try $0.someMember()) },
        Operation(name: "lose the published end", weight: 1) { try $0.losePublishedEnd() },
        Operation(name: "seal", weight: 3) { try $0.seal() },
    ]

    static func choose(_ random: inout SeededRandom) -> Operation {
        var left = random.below(table.reduce(0) { $0 + $1.weight })
        for operation in table {
            if left < operation.weight { return operation }
            left -= operation.weight
        }
        return table[0]
    }
}

extension Workload {
    // MARK: Appending

    /// Some callers who wait at the same time.
    func append(requests: Int) throws { try append(some: requests, by: someMember()) }

    private func append(some requests: Int, by member: Member) throws {
        let group = (0..<requests).map { _ in
            (
                drafts: (0..<count()).map { _ in draft(member, size: size()) }, conditions: [AppendCondition](),
                isDivisible: random.isOne(in: 4)
            )
        }
        let attempts = group.map { one in
            tellOracle { $0.begin(one.drafts.map { "\($0.id)" }, isDivisible: one.isDivisible) }
        }
        let failures = machine.failures(of: member.process.number)
        let results = try member.log.append(group: group)
        for (attempt, result) in zip(attempts, results) {
            let outcome = outcome(of: result, by: member, failures: failures)
            tellOracle { $0.settle(attempt, outcome) }
        }
        // Whoever has been told so reads it.
        if results.contains(where: { if case .success = $0 { true } else { false } }), random.isOne(in: 3) {
            try read(member)
        }
    }

    private func outcome(
        of result: Result<Appended, LogError>, by member: Member, failures: Int
    ) -> Attempt.Outcome {
        let failed = machine.failures(of: member.process.number) - failures
        let isPoisoned = machine.disk.entry(CrashPoint.poison) != nil
        // The disk is so broken that this could not be told to others: neither by the poison nor by the published end.
        if failed > 1, !isPoisoned { isBroken = true }
        guard case .failure(let error) = result else {
            if case .success(let appended) = result { return .acknowledged(appended.first) }
            return .unknown
        }
        // Who was killed tells nothing.
        guard machine.isAlive(member.process.number) else { return .unknown }
        if case .poisoned = error { return .refused }
        // One call that fails is taken back; where that fails too, nobody can tell, and the log says so.
        return isPoisoned || failed > 1 ? .unknown : .refused
    }

    func appendWithFault() throws {
        let member = try someMember()
        defer { machine.fail(member.process.number, after: 0, count: 0, nil) }
        let fault = random.pick(SimulatedFault.allCases)
        machine.fail(member.process.number, after: random.below(6), count: random.pick([1, 1, 1, 2, 3]) ?? 1, fault)
        try append(some: 1 + random.below(3), by: member)
    }

    /// The stream has no revision 1,000.
    func appendInVain() throws {
        let member = try someMember()
        let draft = draft(member, size: 0)
        let attempt = tellOracle { $0.begin(["\(draft.id)"], isDivisible: false) }
        let result = try member.log.append(group: [([draft], [.revision(of: draft.stream, is: 1_000)], false)])[0]
        guard machine.isAlive(member.process.number) else { return }
        tellOracle { $0.settle(attempt, .refused) }
        if case .success = result { throw Found(problems: ["a condition that does not hold let an append through"]) }
    }

    // MARK: Sealing

    /// One segment, where one is full; it may fail, and then nothing has changed.
    func seal() throws {
        let member = try someMember()
        _ = try? member.log.sealNext()
        if machine.isAlive(member.process.number), random.isOne(in: 2) { try read(member) }
    }

    private func count() -> Int { random.isOne(in: 6) ? 6 + random.below(6) : 1 + random.below(4) }

    private func size() -> Int {
        switch random.below(300) {
        case 0: 70_000
        case 1..<50: 600 + random.below(3_000)
        default: random.below(80)
        }
    }

    // MARK: Reading

    /// Nobody publishes then what a crash has left beyond the published end: it is there, and seen again when a person has looked.
    private var isPoisoned: Bool { machine.disk.entry(CrashPoint.poison) != nil }

    func read() throws { try read(someMember()) }

    private func read(_ member: Member) throws {
        let known = oracle.end
        let end = try member.log.end()
        try expect(tellOracle { $0.told(end: end, since: isPoisoned ? 0 : known) })
        let from = random.isOne(in: 3) || end == 0 ? 0 : UInt64(random.below(Int(end)))
        let lines = try member.log.seenLines(from: from, to: end)
        try expect(tellOracle { $0.saw(lines, from: from) })
        if lines.count != Int(end - from) {
            throw Found(problems: ["of events \(from) to \(end) \(lines.count) were read"])
        }
    }

    func readDamaged() throws {
        let member = try someMember()
        let names = machine.disk.names(in: CrashPoint.data + "/log") ?? []
        guard let name = random.pick(names) else { return }
        machine.makeUnreadable((CrashPoint.data + "/log/" + name, random.below(6)))
        defer { machine.makeUnreadable(nil) }
        try read(member)
        try append(some: 1, by: member)
    }

    func verify() throws {
        let known = oracle.end
        let verification = try someMember().log.verify()
        try expect(
            tellOracle { $0.told(end: verification.events, since: isPoisoned ? 0 : known) + $0.verified(verification) })
    }

    /// `log/end` is never synced: what is found there may be garbage at any time, and after a restart nothing.
    func losePublishedEnd() throws {
        let path = CrashPoint.data + "/log/end"
        if depth == 0, random.isOne(in: 2) {
            closeAll()
            machine.change { $0.remove(path) }
        } else {
            machine.change { disk in if disk.entry(path) != nil { disk.put(Array("not an end".utf8), path) } }
        }
    }
}
