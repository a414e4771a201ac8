import CanonicalJSON
import JSONQuery
import Testing

@Suite("jq programs", .timeLimit(.minutes(5)))
struct JSONFilterTests {
    @Test(
        "results come in order, as JSON",
        arguments: [
            (".", #"{"a":1}"#, [#"{"a":1}"#]), (".a", #"{"a":"x"}"#, [#""x""#]), (".[]", "[1,2,3]", ["1", "2", "3"]),
            ("empty", "null", []), (".[] | select(. > 1) | . * 2", "[1,2]", ["4"]),
            ("{b: .a, c: [.a]}", #"{"a":1}"#, [#"{"b":1,"c":[1]}"#]),
            (". * 3", #""ab""#, [#""ababab""#]), (". * {a: {c: 2}}", #"{"a":{"b":1}}"#, [#"{"a":{"b":1,"c":2}}"#]),
            ("explode | implode", #""é€😀""#, [#""é€😀""#]), ("length", #""\u0000x""#, ["2"]), ("nan", "0", ["null"]),
            ("infinite", "0", ["1.7976931348623157e+308"]), ("# nothing\n.a # that's it", #"{"a":true}"#, ["true"]),
            ("def twice: . * 2; twice", "4", ["8"]),
        ] as [(String, String, [String])])
    func results(program: String, input: String, expected: [String]) throws {
        #expect(try JSONFilter(program).run(JSON.parse(input)).map(\.canonicalText) == expected)
    }

    @Test(
        "a change matches where the first result is neither false nor null",
        arguments: [
            (#".watch == "reinvent""#, true), (#".watch == "other""#, false), (".missing", false), ("empty", false),
            ("0", true),
            (#".changes | any(.field == "room")"#, true),
        ])
    func matches(program: String, expected: Bool) throws {
        let change: JSON = ["watch": "reinvent", "changes": [["field": "room"]]]
        #expect(try JSONFilter(program).matches(change) == expected)
    }

    @Test(
        "what is no program is refused with a reason",
        arguments: [
            (".a |", "unexpected $end"), ("foo", "foo/0 is not defined"), ("", "it is empty"), (" \n", "it is empty"),
            (". ) | (.", "syntax error"),
            ("\u{0}", "NUL"),
        ])
    func refused(program: String, reason: String) {
        #expect { try JSONFilter(program) } throws: { "\($0)".contains(reason) && "\($0)".contains("cannot be used") }
    }

    @Test(
        "nothing leads to files, environment or input",
        arguments: [
            "env", "env.HOME", "input", "[inputs]", "input_filename", "input_line_number", "halt", "halt_error",
            "halt_error(1)",
            #""/etc/passwd" | modulemeta"#, "get_search_list", #"include "a"; ."#, #"import "a" as a; ."#,
            #"import "a" as $a; ."#,
        ])
    func closed(program: String) {
        #expect { try JSONFilter(program).run(.null) } throws: { "\($0)".contains("available") }
    }

    @Test("the environment is empty, and debug says nothing")
    func environment() throws {
        #expect(try JSONFilter("$ENV").run(.null) == [[:]])
        #expect(try JSONFilter(#""\($ENV)" , debug, stderr"#).run(1) == ["{}", 1, 1])
    }

    @Test(
        "a program that does not end is stopped",
        arguments: ["range(infinite) | empty", "def f: f; f", "def f: [f]; f", "last(repeat(1))", "until(false; .)"])
    func stopped(program: String) throws {
        let filter = try JSONFilter(program)
        for _ in 0..<2 {
            #expect(throws: JSONQueryError.tookTooLong(program: program, seconds: 0.05)) {
                try filter.run(.null, limits: JSONFilter.Limits(seconds: 0.05))
            }
        }
    }

    @Test("a program that was stopped can be run again")
    func runsAgain() throws {
        let filter = try JSONFilter("if . then range(infinite) | empty else 7 end")
        #expect(throws: JSONQueryError.self) { try filter.run(true, limits: JSONFilter.Limits(seconds: 0.05)) }
        #expect(try filter.run(false) == [7])
    }

    @Test("too many, too large and too deep results are refused")
    func outputs() throws {
        let limits = JSONFilter.Limits(results: 10, bytes: 1000)
        #expect(try JSONFilter("range(10)").run(.null, limits: limits).count == 10)
        for program in ["range(11)", #""x" * 2000"#, "[range(100)]", "reduce range(200) as $i (null; [.])"] {
            #expect { try JSONFilter(program).run(.null, limits: limits) } throws: {
                guard case JSONQueryError.tooMuchOutput? = $0 as? JSONQueryError else { return false }
                return true
            }
        }
    }

    @Test(
        "what would abort jq 1.6 is an error",
        arguments: [#"["a"] | implode"#, "[-1] | implode", #""a" * 1e9"#, #"test("^(a+)+$")"#, ".a.b", "error(\"no\")"])
    func failures(program: String) throws {
        let input = JSON.string(String(repeating: "a", count: 60) + "b")
        #expect { try JSONFilter(program).run(input) } throws: { "\($0)".contains("failed: ") }
    }

    @Test("one filter may be used by many at once")
    func concurrently() async throws {
        let filter = try JSONFilter(".n * 2")
        let sum = await withTaskGroup(of: Double?.self) { group in
            for n in 0..<200 {
                group.addTask { try? filter.run(["n": JSON(n)]).first?.numberValue }
            }
            return await group.reduce(0) { $0 + ($1 ?? .nan) }
        }
        #expect(sum == Double((0..<200).reduce(0, +) * 2))
    }
}
