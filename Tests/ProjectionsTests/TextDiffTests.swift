// Differences between texts: whatever the texts are, the difference leads from one to the other.

import CanonicalJSON
import Testing

@testable import Projections

extension TextDiff {
    /// `old` with what went taken out and what came put in.
    fileprivate var applied: [String] {
        var result: [String] = []
        var place = 0
        for block in blocks {
            result += old[place..<block.old.lowerBound]
            result += new[block.new]
            place = block.old.upperBound
        }
        return result + old[place...]
    }

    /// A line for each that is shown: `@2/3`, `-a`, `+b`, ` c`, and `… 4` for what is left out.
    fileprivate func short(_ limits: DiffLimits) -> [String] {
        let shown = hunks(limits)
        return shown.hunks.flatMap { ["@\($0.old)/\($0.new)"] + $0.lines.map { $0.mark.rawValue + $0.text } }
            + (shown.leftOut > 0 ? ["… \(shown.leftOut)"] : [])
    }
}

private func letters(_ text: String) -> [String] { text.map { String($0) } }

/// The length of a longest common subsequence, by the table that nobody doubts.
private func commonLength(_ left: [String], _ right: [String]) -> Int {
    var row = Array(repeating: 0, count: right.count + 1)
    for one in left {
        var diagonal = 0
        for (place, other) in right.enumerated() {
            let above = row[place + 1]
            row[place + 1] = one == other ? diagonal + 1 : max(above, row[place])
            diagonal = above
        }
    }
    return row.last ?? 0
}

@Suite("A difference of texts")
struct TextDiffTests {
    @Test("leads from the old text to the new one, and is the smallest there is", arguments: 0..<40)
    func property(seed: Int) {
        var chance = Chance(seed)
        for _ in 0..<50 {
            let alphabet = Array("abcdefghijklmnop".prefix(1 + chance.below(16))).map(String.init)
            let old = (0..<chance.below(30)).map { _ in chance.pick(alphabet) }
            let new = (0..<chance.below(30)).map { _ in chance.pick(alphabet) }
            let diff = TextDiff(old: old, new: new)
            #expect(diff.applied == new, "\(old) \(new)")
            #expect(diff.removed == old.count - commonLength(old, new), "\(old) \(new)")
            #expect(diff.added - diff.removed == new.count - old.count)
        }
    }

    @Test(
        "of a text that was edited here and there leads to it too, and says little more than the edits",
        arguments: 0..<10)
    func edited(seed: Int) {
        var chance = Chance(seed)
        let old = (0..<2_000).map { _ in "line \(chance.below(300))" }
        var new = old
        for _ in 0..<60 {
            let place = chance.below(new.count)
            if chance.one(in: 2) { new.remove(at: place) } else { new.insert("line \(chance.below(400))", at: place) }
        }
        let diff = TextDiff(old: old, new: new)
        #expect(diff.applied == new)
        #expect(diff.added + diff.removed <= 60)
    }

    @Test("that may cost nothing is right all the same", arguments: [0, 1, 10, 100, 1_000])
    func bounded(steps: Int) {
        var chance = Chance(steps)
        let old = (0..<400).map { _ in chance.below(3) }.map(String.init)
        let new = (0..<400).map { _ in chance.below(3) }.map(String.init)
        let matching = LineMatching(old, new, stepsMax: steps)
        let kept = zip(old, matching.isRemoved).filter { !$0.1 }.map(\.0)
        #expect(kept == zip(new, matching.isAdded).filter { !$0.1 }.map(\.0))
    }

    @Test(
        "of hostile texts ends soon", .timeLimit(.minutes(5)),
        arguments: ["nothing in common", "two letters by chance", "one letter", "there and back"])
    func hostile(kind: String) {
        var chance = Chance(7)
        let count = 60_000
        let (old, new): ([Int], [Int]) =
            switch kind {
            case "nothing in common": (Array(0..<count), Array(count..<2 * count))
            case "two letters by chance":
                ((0..<count).map { _ in chance.below(2) }, (0..<count).map { _ in chance.below(2) })
            case "one letter": (Array(repeating: 1, count: count), Array(repeating: 1, count: count / 3))
            default: (Array(0..<count), Array((0..<count).reversed()))
            }
        let diff = TextDiff(old: old.map(String.init), new: new.map(String.init))
        #expect(diff.applied == new.map(String.init))
    }

    @Test("compares bytes: two ways to write a letter are two lines")
    func bytes() {
        let diff = TextDiff(old: ["caf\u{e9}"], new: ["cafe\u{301}"])
        #expect(diff.added == 1 && diff.removed == 1)
    }

    @Test(
        "is shown with a few lines around each place, places that are close together",
        arguments: [
            ("abcdefgh", "abcXefgh", 1, ["@3/3", " c", "-d", "+X", " e"]),
            ("abcdefgh", "abcdefgh", 3, []), ("", "ab", 3, ["@1/1", "+a", "+b"]), ("ab", "", 3, ["@1/1", "-a", "-b"]),
            ("abcdefgh", "Xbcdefg", 1, ["@1/1", "-a", "+X", " b", "@7/7", " g", "-h"]),
            ("abcdefgh", "aXcdYfgh", 1, ["@1/1", " a", "-b", "+X", " c", " d", "-e", "+Y", " f"]),
            ("abcdefgh", "aXcdYfgh", 0, ["@2/2", "-b", "+X", "@5/5", "-e", "+Y"]),
            ("abc", "abcabc", 1, ["@3/3", " c", "+a", "+b", "+c"]),
            // A block that could begin in two places begins where it does for a reader.
            ("tr.ur.", "tr.vr.ur.", 0, ["@4/4", "+v", "+r", "+."]),
        ])
    func hunks(_ old: String, _ new: String, _ context: Int, _ expected: [String]) {
        #expect(TextDiff(old: letters(old), new: letters(new)).short(DiffLimits(context: context)) == expected)
    }

    @Test("takes whole blocks where texts are indented")
    func indented() {
        func list(_ names: String...) -> [String] { names.flatMap { ["{", "  k: 1", "  n: \($0)", "}"] } }
        for diff in [
            TextDiff(old: list("a", "b", "c"), new: list("a", "c")), TextDiff(old: list("b", "c"), new: list("c")),
            TextDiff(old: list("a", "b"), new: list("a")),
        ] {
            #expect(diff.hunks(DiffLimits(context: 0)).hunks.flatMap(\.lines).map(\.text) == list("b"))
            #expect(diff.applied == diff.new)
        }
    }

    @Test(
        "is cut where there is no more room, both sides getting their part, and says how much is missing",
        arguments: [
            (4, ["@1/1", "-a", "-b", "+u", "+v", "… 5"]), (1, ["@1/1", "+u", "… 8"]),
            (8, ["@1/1", "-a", "-b", "-c", "+u", "+v", "+w", " k", "@8/8", " r", "+x", "+y", "… 1"]), (0, ["… 9"]),
            (9, ["@1/1", "-a", "-b", "-c", "+u", "+v", "+w", " k", "@8/8", " r", "+x", "+y", "+z"]),
        ])
    func limits(_ room: Int, _ expected: [String]) {
        let diff = TextDiff(old: letters("abcklmnr"), new: letters("uvwklmnrxyz"))
        #expect(diff.short(DiffLimits(context: 1, changedLines: room)) == expected)
    }

    @Test("shows of long lines what differs in them")
    func longLines() {
        let same = String(repeating: "x", count: 5_000)
        let diff = TextDiff(old: [same + "old"], new: [same + "new", String(repeating: "y", count: 5_000)])
        let lines = diff.hunks(DiffLimits(lineLength: 100)).hunks.flatMap(\.lines)
        #expect(lines.allSatisfy { $0.text.count <= 101 })
        #expect(lines[0].text.hasSuffix("old") && lines[1].text.hasSuffix("new") && lines[2].text.hasSuffix("y…"))
    }

    @Test(
        "cuts two long lines to what differs",
        arguments: [
            ("short", "shorter", "short", "shorter"), ("ABCDEFGHIJKLMNOP", "abc", "ABCDEFGHIJK…", "abc"),
            // Alike for up to half the length: the beginning is shown.
            ("abcdef123456789", "abcdefXYZ", "abcdef12345…", "abcdefXYZ"),
            ("abcdefg123456789", "abcdefgXYZ", "…efg1234567…", "…efgXYZ"),
            ("abcdefghijklmnopqr", "abcdefghijklmnop", "…nopqr", "…nop"),
            ("abcdefghijklmnop", "abcdefghijklmnop!", "…nop", "…nop!"),
            ("ééééééééééééééé1", "ééééééééééééééé2", "…ééé1", "…ééé2"),
            ("abcdefghijklm", "abcdefghijklm", "…klm", "…klm"), ("", "abcdefghijklmnop", "", "abcdefghijk…"),
        ])
    func pairs(_ old: String, _ new: String, _ oldCut: String, _ newCut: String) {
        #expect(LineExcerpt.pair(old, new, to: 12) == (oldCut, newCut))
    }

    @Test(
        "tells what two lines begin and end with alike from what lies between",
        arguments: [
            ("abXde", "abYYde", ["ab", "X", "de"], ["ab", "YY", "de"]),
            ("aa", "aaa", ["aa", "", ""], ["aa", "a", ""]),
            ("", "x", ["", "", ""], ["", "x", ""]), ("ab", "ab", ["ab", "", ""], ["ab", "", ""]),
            ("xab", "yab", ["", "x", "ab"], ["", "y", "ab"]),
        ])
    func parts(_ old: String, _ new: String, _ oldParts: [String], _ newParts: [String]) {
        let parts = LineExcerpt.parts(old, new)
        #expect([parts.old.before, parts.old.differing, parts.old.after] == oldParts)
        #expect([parts.new.before, parts.new.differing, parts.new.after] == newParts)
    }

    @Test(
        "names its places for people",
        arguments: [
            ("a", "", "at the beginning"), ("ab", "a", "after line 1"), ("a", "ab", "line 2"),
            ("a", "abc", "lines 2-3"),
        ])
    func places(_ old: String, _ new: String, _ place: String) {
        #expect(
            TextDiff(old: letters(old), new: letters(new)).hunks(DiffLimits(context: 0)).hunks.map(\.place) == [place])
    }
}

@Suite("The differences that changes carry")
struct ChangeDiffTests {
    @Test(
        "are those of texts of several lines",
        arguments: [
            (
                ["old": "a\nb", "new": "a\nc\n"],
                #"{"added":1,"hunks":[{"lines":[" a","-b","+c"],"new":1,"old":1}],"removed":1}"#
            ),
            (
                ["old": ["a", "b"], "new": ["b"]],
                #"{"added":0,"hunks":[{"lines":["-a"," b"],"new":1,"old":1}],"removed":1}"#
            ),
            (["new": ["a", "b"]], #"{"added":2,"hunks":[{"lines":["+a","+b"],"new":1,"old":1}],"removed":0}"#),
            (["old": "a\u{2028}b", "new": 5], nil), (["old": "a", "new": "b"], nil),
            (["old": ["a"], "new": ["b"]], nil),
            (["old": [1, 2], "new": [1]], nil), (["old": ["k": "a\nb"], "new": ["k": "c"]], nil),
        ] as [(JSON, String?)])
    func present(_ entry: JSON, _ expected: String?) throws {
        let bytes = JSON.array([entry]).canonicalBytes
        let completed = try JSON.parse(ChangeDiffs.completed(bytes))
        #expect(completed.arrayValue?.first?["diff"]?.canonicalText == expected)
        #expect(
            completed.arrayValue?.first?["old"] == entry["old"] && completed.arrayValue?.first?["new"] == entry["new"])
    }

    @Test("are bounded, whatever the texts are")
    func bounded() throws {
        let long = (0..<3_000).map { JSON.string("\($0) " + String(repeating: "é", count: 900)) }
        let json = try #require(TextDiff(ofChange: ["old": [], "new": .array(long)])?.json)
        #expect(json["added"] == 3_000 && json["leftOut"] == 2_800)
        #expect(json.canonicalBytes.count < 250_000)
    }

    @Test("stand in the change, in the history and in the difference of two versions")
    func everywhere() async throws {
        let workshop = Workshop()
        defer { workshop.remove() }
        let engine = try workshop.engine(
            MemoryLog([
                ran("w"), saw("w/page", ["text": ["a", "b"]], family: "page"),
                saw("w/page", ["text": ["a", "c"]], family: "page"),
            ]), [KeyedCollection.pages])
        try await engine.catchUp()
        let expected: JSON = [
            "added": 1, "removed": 1, "hunks": [["old": 1, "new": 1, "lines": [" a", "-b", "+c"]]],
        ]
        let change = try #require(try engine.changes(of: "pages", limit: 9).last)
        #expect(change.kind == "page.updated" && change.data["changes"]?.arrayValue?.first?["diff"] == expected)
        let lines = try engine.read("pages") { database in
            let query = ItemQuery(database)
            return try query.history("w/page").map(\.line) + query.diff("w/page").map(\.line)
        }
        #expect(
            try lines.map { try JSON.parse($0)["changes"]?.arrayValue?.first?["diff"] } == [nil, expected, expected])
    }
}
