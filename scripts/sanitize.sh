#!/usr/bin/env bash
# Runs the Swift tests under a sanitizer: sanitize.sh {address|thread} [arguments of swift test]
# In a build folder of its own, so that the ordinary build stays warm.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
address | thread) sanitizer=$1 ;;
*)
    echo "usage: $0 {address|thread} [arguments of swift test]" >&2
    exit 64
    ;;
esac
shift

scripts/require-swift.sh
scripts/install-packages.sh build
# One report is enough: the run ends there, and not with a zero status.
export ASAN_OPTIONS="halt_on_error=1:${ASAN_OPTIONS:-}"
export TSAN_OPTIONS="halt_on_error=1:${TSAN_OPTIONS:-}"
exec swift test --sanitize="$sanitizer" --scratch-path ".build/sanitize-$sanitizer" "$@"
