#!/usr/bin/env bash
# Fuzzes the request parser, the response parser and the chunked decoder with libFuzzer and ASan.
# usage: scripts/fuzz.sh [SECONDS]      seconds for each target, 10 by default
# Starts from the committed corpus; exits 1 if a target crashes, with the input in its work directory.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-10}
build=.build/fuzz
echo "fuzz: building"
SLB_FUZZ=1 swift build -c release --scratch-path "$build" --product FuzzHTTPCodec \
    -Xswiftc -sanitize=fuzzer,address -Xswiftc -parse-as-library -Xswiftc -use-ld=lld
binary=$(SLB_FUZZ=1 swift build -c release --scratch-path "$build" --show-bin-path)/FuzzHTTPCodec

work=$build/work
failed=0
for target in request response chunked; do
    mkdir -p "$work/$target/corpus" "$work/$target/seeds"
    case $target in
    request | response) folder="Tests/HTTPCodecTests/Corpus/${target}s" ;;
    chunked) folder="Tests/HTTPCodecTests/Corpus" ;;
    esac
    # The decoder sees bodies only: what follows the first empty line.
    find "$folder" -name '*.http' | while read -r file; do
        seed="$work/$target/seeds/$(echo "$file" | tr '/' '_')"
        if [[ $target == chunked ]]; then
            sed '1,/^\r$/d' "$file" >"$seed"
        else
            cp "$file" "$seed"
        fi
    done
    echo "fuzz: $target for $seconds s"
    if ! SLB_FUZZ_TARGET=$target "$binary" -max_total_time="$seconds" -max_len=4096 -timeout=5 \
        -print_final_stats=1 -artifact_prefix="$work/$target/" \
        "$work/$target/corpus" "$work/$target/seeds" >"$work/$target/log" 2>&1; then
        failed=1
        echo "fuzz: $target FAILED"
        tail -40 "$work/$target/log"
    fi
    grep -E 'number_of_executed_units|average_exec_per_sec' "$work/$target/log" || true
done
exit $failed
