import CanonicalJSON
import Testing

@testable import DaybookApp

@Suite("Editing the watches of a text")
struct WatchEditTests {
    private static let watch = SuggestedYAML.table([
        "kind": .text("page"), "fetch": .table(["url": .text("https://b.example/?a=1#x")]),
    ])

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let before: String
        let after: String
        let line: Int

        init(_ description: String, _ before: String, _ after: String, line: Int) {
            testDescription = description
            self.before = before
            self.after = after
            self.line = line
        }
    }

    private static let additions = [
        Case(
            "behind the last watch, before the next key and its comments",
            """
            # mine
            watches:   # all of them
              a:   {kind: items}   # odd   spacing
              # about c
              c:
                kind: sessions
                # the last word on c

            # Ways to tell
            channels: {}

            """,
            """
            # mine
            watches:   # all of them
              a:   {kind: items}   # odd   spacing
              # about c
              c:
                kind: sessions
                # the last word on c
              b:
                kind: page
                fetch: { url: "https://b.example/?a=1#x" }

            # Ways to tell
            channels: {}

            """, line: 8),
        Case(
            "watches that stand apart stay apart, and indented as they are",
            """
            watches:
                a:
                    kind: items

                c:
                    kind: items
            channels: {}

            """,
            """
            watches:
                a:
                    kind: items

                c:
                    kind: items

                b:
                    kind: page
                    fetch: { url: "https://b.example/?a=1#x" }
            channels: {}

            """, line: 8),
        Case(
            "in the place of {}, whose comment stays", "data: d\nwatches: {}  # none yet\nlisten: 1\n",
            "data: d\nwatches:  # none yet\n  b:\n    kind: page\n    fetch: { url: \"https://b.example/?a=1#x\" }\nlisten: 1\n",
            line: 3),
        Case(
            "below a key with nothing behind it", "watches:\n",
            "watches:\n  b:\n    kind: page\n    fetch: { url: \"https://b.example/?a=1#x\" }\n", line: 2),
        Case(
            "within braces", "watches: { a: { kind: items } } # x\n",
            "watches: { b: { kind: page, fetch: { url: \"https://b.example/?a=1#x\" } }, a: { kind: items } } # x\n",
            line: 1),
        Case(
            "at the end of a text that has none", "# only this\ndata: d\n",
            "# only this\ndata: d\n\nwatches:\n  b:\n    kind: page\n    fetch: { url: \"https://b.example/?a=1#x\" }\n",
            line: 5),
        Case(
            "without a line break at the end, which stays so", "watches:\n  a: { kind: items }",
            "watches:\n  a: { kind: items }\n  b:\n    kind: page\n    fetch: { url: \"https://b.example/?a=1#x\" }",
            line: 3),
        Case(
            "with the line breaks that it has", "watches:\r\n  a:\r\n    kind: items\r\n\r\nchannels: {}\r\n",
            "watches:\r\n  a:\r\n    kind: items\r\n  b:\r\n    kind: page\r\n    fetch: { url: \"https://b.example/?a=1#x\" }\r\n\r\nchannels: {}\r\n",
            line: 4),
        Case(
            "behind text over several lines",
            "watches:\n  a:\n    note: |\n      # no comment\n      text\nchannels: {}\n",
            "watches:\n  a:\n    note: |\n      # no comment\n      text\n  b:\n    kind: page\n    fetch: { url: \"https://b.example/?a=1#x\" }\nchannels: {}\n",
            line: 6),
        Case(
            "in an empty text", "",
            "watches:\n  b:\n    kind: page\n    fetch: { url: \"https://b.example/?a=1#x\" }\n", line: 2),
    ]

    @Test("a watch is added and nothing else changes", arguments: additions)
    func adds(_ one: Case) throws {
        let edited = try WatchEdit(one.before).adding("b", Self.watch)
        #expect(edited.text == one.after)
        #expect(edited.line == one.line)
        let read = try ConfigurationNode.parse(edited.text)
        #expect(read["watches"]?["b"]?.json == Self.watch.json)
        let line = PlacedText(edited.text).line(edited.line)
        #expect(line.contains("b:"))
    }

    private static let renamings = [
        Case(
            "in block style, with its comments", "watches:\n  # mine\n  old:   # yes\n    # what\n    kind: items\n",
            "watches:\n  # mine\n  new:   # yes\n    was: old\n    # what\n    kind: items\n", line: 3),
        Case(
            "in braces", "watches: {a: {kind: items}, old: {kind: items}} # x\n",
            "watches: {a: {kind: items}, new: {was: old, kind: items}} # x\n", line: 1),
        Case(
            "in quotes", "watches:\n  \"old\":\n    kind: old\n  ä: { kind: x }\n",
            "watches:\n  \"new\":\n    was: old\n    kind: old\n  ä: { kind: x }\n", line: 2),
        Case(
            "that has a former name already", "watches:\n  old:\n    kind: x\n    was: \"first\"   # long ago\n",
            "watches:\n  new:\n    kind: x\n    was: old   # long ago\n", line: 2),
        Case(
            "with other line breaks", "watches:\r\n    old:\r\n        kind: x",
            "watches:\r\n    new:\r\n        was: old\r\n        kind: x", line: 2),
        Case(
            "behind letters beyond ASCII", "watches: { 'é😀': { kind: x }, old: { kind: y } }\n",
            "watches: { 'é😀': { kind: x }, new: { was: old, kind: y } }\n", line: 1),
    ]

    @Test("a watch is renamed and nothing else changes", arguments: renamings)
    func renames(_ one: Case) throws {
        let edited = try WatchEdit(one.before).renaming("old", to: "new", was: "old")
        #expect(edited.text == one.after)
        #expect(edited.line == one.line)
    }

    @Test(
        "alarms about a watch follow it, as they are written, and others stay",
        arguments: [
            (
                "alarms:\n  e:   # mine\n    watch: old   # which\n    metric: old\n  f: { watch: older }\n",
                "alarms:\n  e:   # mine\n    watch: new   # which\n    metric: old\n  f: { watch: older }\n", [5]
            ),
            (
                "alarms: { e: { watch: [a, 'old', \"old\"] }, old: { watch: old } }\n",
                "alarms: { e: { watch: [a, new, new] }, old: { watch: new } }\n", [3, 3, 3]
            ),
            ("alarms:\n", "alarms:\n", []), ("alarms: {}\n", "alarms: {}\n", []),
        ] as [(String, String, [Int])])
    func alarmsFollow(before: String, after: String, lines: [Int]) throws {
        let edited = try WatchEdit("watches:\n  old: { kind: x }\n" + before).renaming("old", to: "new", was: nil)
        #expect(edited.text == "watches:\n  new: { kind: x }\n" + after)
        #expect(edited.further == lines && edited.line == 2)
        // Those that stand before the watches, too.
        let turned = try WatchEdit(before + "watches:\n  old: { kind: x }\n").renaming("old", to: "new", was: "old")
        #expect(turned.text == after + "watches:\n  new: { was: old, kind: x }\n")
    }

    @Test("an alarm that names a watch in a way that cannot be edited keeps it from being renamed")
    func alarmUnusual() throws {
        let edit = try WatchEdit("watches:\n  old: { kind: x }\nalarms: { e: { watch: \"o\\x6Cd\" } }\n")
        #expect(throws: EditRefused(reason: "the alarm \"e\" names the watch in an unusual way")) {
            _ = try edit.renaming("old", to: "new", was: nil)
        }
    }

    @Test("without a history there is no `was`")
    func noHistory() throws {
        let edited = try WatchEdit("watches:\n  old:\n    kind: x\n").renaming("old", to: "new", was: nil)
        #expect(edited.text == "watches:\n  new:\n    kind: x\n")
    }

    @Test(
        "what cannot be edited without a doubt is left alone",
        arguments: [
            "{watches: {old: {kind: x}}}", "watches: [1]\n", "watches: &a\n  old: &b { kind: x }\n  c: *b\n",
            "watches:\n  ? old\n  : kind: x\n", "watches:\n  old: *nothing\n",
            "base: &w { kind: x }\nwatches:\n  old: *w\n",
        ])
    func refused(text: String) throws {
        guard let edit = try? WatchEdit(text) else { return }
        for attempt in [
            Result { try edit.renaming("old", to: "new", was: "old") }, Result { try edit.adding("b", Self.watch) },
        ] {
            guard let edited = try? attempt.get() else { continue }
            // Where it did work, it did what it says and nothing else.
            let before = try ConfigurationNode.parse(text)["watches"]?.entries.count
            let after = try ConfigurationNode.parse(edited.text)["watches"]?.entries.count
            #expect(after == before || after == before.map { $0 + 1 })
        }
    }

    @Test("the example of init takes another watch and another name, and stays right")
    func template() throws {
        let added = try WatchEdit(configurationTemplate).adding("b", Self.watch)
        let renamed = try WatchEdit(added.text).renaming("days", to: "programme", was: "days")
        let lines = renamed.text.split(separator: "\n", omittingEmptySubsequences: false)
        let before = configurationTemplate.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            lines.difference(from: before).insertions.count == 5 && lines.difference(from: before).removals.count == 1)
    }
}
