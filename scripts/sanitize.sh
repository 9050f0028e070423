#!/usr/bin/env bash
# Runs tests under a sanitizer: sanitize.sh {address|thread} [unit|integration|all] [arguments]
#   unit         the Swift tests (default); arguments go to `swift test`
#   integration  the behaviour tests and corpora against a sanitized slb; arguments go to pytest
# In a build folder of its own, so that the ordinary build stays warm.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
    echo "usage: $0 {address|thread} [unit|integration|all] [arguments]" >&2
    exit 64
}

case "${1:-}" in
address | thread) sanitizer=$1 ;;
*) usage ;;
esac
shift
suite=${1:-unit}
case "$suite" in
unit | integration | all) ;;
*) usage ;;
esac
if [[ $# -gt 0 ]]; then shift; fi

scripts/require-swift.sh
scripts/install-packages.sh build
build=(--sanitize="$sanitizer" --scratch-path ".build/sanitize-$sanitizer")
# One report is enough: the run ends there, and not with a zero status.
export ASAN_OPTIONS="halt_on_error=1:${ASAN_OPTIONS:-}"
export LSAN_OPTIONS="suppressions=$PWD/scripts/sanitize-leaks.txt:${LSAN_OPTIONS:-}"
export TSAN_OPTIONS="halt_on_error=1:suppressions=$PWD/scripts/sanitize-thread.txt:${TSAN_OPTIONS:-}"

# No leak reports here: XCTest and Foundation's Data(contentsOf:) keep memory of their own, and constant
# tables of enums hang on pointers with tag bits. The integration tests look for leaks in slb itself.
unit() {
    ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" swift test "${build[@]}" "$@"
}

# A sanitized slb is slow and large: a smaller stream shows the same code. A report ends the process
# with a status that is not 0, which each test checks, and its text is in what the test prints.
integration() {
    scripts/install-packages.sh test
    scripts/install-python-tools.sh
    swift build "${build[@]}" --product slb
    local binary
    binary=$(swift build "${build[@]}" --show-bin-path)/slb
    SLB_BINARY=$binary SLB_TEST_LARGE=$((64 << 20)) \
        .venv/bin/python -m pytest Tests/Integration "$@"
}

if [[ $suite != integration ]]; then unit "$@"; fi
if [[ $suite != unit ]]; then integration "$@"; fi
