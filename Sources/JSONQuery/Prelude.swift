// What stands before every program: jq's ways to the outside, and its ways to take the process down, shut.

enum Prelude {
    /// One line, so that the line numbers in jq's messages are nearly the user's own. `import` and `include` may only stand at
    /// the start of a program, so that anything before them makes them syntax errors.
    static let text = closed + guarded + "{} as $ENV | "

    private static let closed =
        ["env", "input", "inputs", "input_filename", "input_line_number", "halt", "halt_error", "get_search_list"]
        .map { "def \($0): error(\"\($0) is not available here\"); " }.joined()
        + "def halt_error($code): error(\"halt_error is not available here\"); "
        + "def modulemeta: error(\"modulemeta is not available here\"); "
        + "def debug: .; def stderr: .; "

    /// In jq 1.6 these three abort the process, or overrun a 32-bit length, when what they are given is wrong.
    private static let guarded = """
        def _plain_implode: implode; \
        def implode: if type == "array" and all(.[]; type == "number" and . >= 0 and . <= 1114111) then _plain_implode \
        else error("implode wants an array of code points") end; \
        def _plain_product($a; $b): $a * $b; \
        def _multiply($a; $b): [$a, $b] as $pair | [$pair[] | select(type == "string") | utf8bytelength] as $lengths | \
        [$pair[] | select(type == "number")] as $numbers | \
        if ($lengths | length) == 1 and ($numbers | length) == 1 and $numbers[0] > 100000 \
        then error("a text repeated more than 100000 times") else _plain_product($a; $b) end; 
        """
}
