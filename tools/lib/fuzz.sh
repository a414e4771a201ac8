# What the coverage-guided fuzzers share: an optimised build with coverage and AddressSanitizer, and libFuzzer's run over it.
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

# fuzz TARGET [--minutes N] [ARGUMENTS OF libFuzzer]: ends with 0 where nothing was found; else what was is kept in tools/fuzzers/cases/TARGET.
fuzz() {
    local target=$1 minutes=10
    shift
    if [ "${1:-}" = --minutes ]; then
        minutes=${2:?--minutes wants a number}
        shift 2
    fi
    if [[ ! $minutes =~ ^[0-9]+$ ]] || [ "$minutes" -eq 0 ]; then
        echo "--minutes takes a whole number of minutes, not \"$minutes\"." >&2
        return 2
    fi
    need_swift
    need "${build_packages[@]}" libstdc++-12-dev
    build_fuzzer
    local corpus="$scratch/corpus/$target" dictionary=() cases="$root/tools/fuzzers/cases/$target"
    mkdir -p "$corpus" "$cases"
    [ ! -e "$root/tools/fuzzers/$target.dict" ] || dictionary=("-dict=$root/tools/fuzzers/$target.dict")
    # Swift keeps what it made for types and never gives it back, which is no leak; what grows shows in the limits below.
    ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 SWIFT_BACKTRACE=enable=no \
        "$scratch/debug/daybook-fuzz" "$target" "$corpus" "$root/tools/fuzzers/seeds/$target" "$cases" \
        "-max_total_time=$((minutes * 60))" -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=256 -max_len=8192 \
        "-artifact_prefix=$cases/" -print_final_stats=1 -detect_leaks=0 "${dictionary[@]}" "$@"
}

scratch="$root/.build-fuzz"

# A debug build, since the targets look into modules, but optimised, since they are run often.
build_fuzzer() {
    local resources log
    resources=$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath" *: *"\(.*\)".*/\1/p')
    log=$(mktemp)
    if ! swift build --package-path "$root" --scratch-path "$scratch" --product daybook-fuzz --sanitize=address \
        -Xswiftc -O -Xswiftc -DLIBFUZZER -Xswiftc -Xfrontend -Xswiftc -sanitize=fuzzer \
        -Xlinker "$resources/clang/lib/linux/libclang_rt.fuzzer_no_main-$(uname -m).a" -Xlinker -lstdc++ \
        >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        return 2
    fi
    rm -f "$log"
}
