#!/usr/bin/env bash
# Fuzzes the request parser, the response parser, the chunked decoder, the classifier's scanners and the
# model file's reader with libFuzzer and ASan.
# usage: scripts/fuzz.sh [SECONDS [TARGET…]]      seconds for each target, 10 by default; every target by default
# Starts from the committed corpora; exits 1 if a target crashes, hangs or gives a wrong answer, with the input
# in its work directory.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-10}
shift || true
targets=("$@")
if [[ ${#targets[@]} -eq 0 ]]; then targets=(request response chunked classifier path model); fi
build=.build/fuzz
work=$build/work
flags=(-c release --scratch-path "$build")
export SLB_FUZZ=1
# No leak reports: constant tables of enums hang on pointers with tag bits (see sanitize.sh).
export ASAN_OPTIONS="detect_leaks=0:${ASAN_OPTIONS:-}"

program_of() {
    case $1 in
    request | response | chunked) echo FuzzHTTPCodec ;;
    classifier | path | model) echo FuzzClassifier ;;
    *)
        echo "fuzz: no target '$1': request, response, chunked, classifier, path, model" >&2
        return 64
        ;;
    esac
}

# The decoder sees bodies only: what follows the first empty line.
codec_seeds() {
    local target=$1 folder=$2 file seed
    case $target in
    request | response) corpus="Tests/HTTPCodecTests/Corpus/${target}s" ;;
    *) corpus="Tests/HTTPCodecTests/Corpus" ;;
    esac
    find "$corpus" -name '*.http' | while read -r file; do
        seed="$folder/$(echo "$file" | tr '/' '_')"
        if [[ $target == chunked ]]; then
            sed '1,/^\r$/d' "$file" >"$seed"
        else
            cp "$file" "$seed"
        fi
    done
}

programs=$(for target in "${targets[@]}"; do program_of "$target" || exit; done)
mapfile -t programs < <(sort -u <<<"$programs")
for program in "${programs[@]}"; do
    echo "fuzz: building $program"
    swift build "${flags[@]}" --product "$program" \
        -Xswiftc -sanitize=fuzzer,address -Xswiftc -parse-as-library -Xswiftc -use-ld=lld
done
binaries=$(swift build "${flags[@]}" --show-bin-path)

failed=0
for target in "${targets[@]}"; do
    binary=$binaries/$(program_of "$target")
    # Seeds of another version of the features or of the corpus help nobody.
    rm -rf "$work/$target/seeds"
    mkdir -p "$work/$target/corpus" "$work/$target/seeds"
    case $target in
    classifier | path) python3 scripts/fuzz.d/seeds.py "$target" "$work/$target/seeds" ;;
    model) "$binary" --write-model "$work/$target/seeds/small" ;;
    *) codec_seeds "$target" "$work/$target/seeds" ;;
    esac
    echo "fuzz: $target for $seconds s"
    if ! SLB_FUZZ_TARGET=$target "$binary" -max_total_time="$seconds" -max_len=4096 -timeout=5 -detect_leaks=0 \
        -print_final_stats=1 -artifact_prefix="$work/$target/" \
        "$work/$target/corpus" "$work/$target/seeds" >"$work/$target/log" 2>&1; then
        failed=1
        echo "fuzz: $target FAILED"
        tail -40 "$work/$target/log"
    fi
    grep -E 'number_of_executed_units|average_exec_per_sec' "$work/$target/log" || true
done
exit $failed
