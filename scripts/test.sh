#!/usr/bin/env bash
# Every test, in order, on a machine that has only a Swift toolchain. Ends at the first failure.
# Needs no terminal; a second run is quick, and offline where nothing is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

logs=.build/test-logs
swift_flags=(--explicit-target-dependency-import-check error)
summary=()
step_name=""

report() {
    local status=$?
    echo
    echo "== summary"
    if [[ ${#summary[@]} -gt 0 ]]; then printf '%s\n' "${summary[@]}"; fi
    if [[ $status -ne 0 ]]; then
        echo "FAILED  $step_name (status $status)"
    else
        echo "all passed in ${SECONDS} s"
    fi
}
trap report EXIT

# step NAME COMMAND…: a heading, the command's output (kept in a log too), then its time and last line.
step() {
    step_name=$1
    shift
    local begun=$SECONDS log="$logs/${step_name// /-}.log"
    echo
    echo "== $step_name"
    "$@" </dev/null 2>&1 | tee "$log"
    local took=$((SECONDS - begun)) last
    last=$(grep -v '^[[:space:]]*$' "$log" | tail -n 1 || true)
    echo "-- $step_name: ${took} s"
    summary+=("$(printf 'ok %5s s  %-18s %s' "$took" "$step_name" "$last")")
}

packages() {
    scripts/install-packages.sh build
    scripts/install-packages.sh test
}

mkdir -p "$logs"
step_name="toolchain"
scripts/require-swift.sh
step "packages" packages
step "debug build" swift build --build-tests "${swift_flags[@]}"
step "swift test" swift test --skip-build "${swift_flags[@]}"
step "release build" scripts/build-release.sh
step "python tools" scripts/install-python-tools.sh
# One run each: their fixtures share names.
for suite in Packaging Quality Integration Allocation; do
    step "pytest $suite" .venv/bin/python -m pytest "Tests/$suite"
done
step "fuzz" scripts/fuzz.sh 6
step "bench" scripts/bench --short
