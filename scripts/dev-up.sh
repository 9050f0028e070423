#!/usr/bin/env bash
# Three stub workers and the proxy, in the foreground, each line of log prefixed by who wrote it.
# Ctrl-C stops all of them; if one ends, so do the others.
#   dev-up.sh [arguments of slb run]     native
#   dev-up.sh --compose                  the same, Prometheus and Ollama, with Docker
# SLB_BINARY names a built slb; without it, one is built.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

if [[ ${1:-} == --compose ]]; then
    shift
    cd "$root"
    exec docker compose up --build "$@"
fi

slb=${SLB_BINARY:-}
if [[ -z $slb ]]; then
    "$root/scripts/build-release.sh"
    slb=$root/.build/release/slb
fi

pids=()

# A session of its own keeps Ctrl-C from reaching the process twice, which would mean "now".
# The prefixing sed ignores the signals, so that the last lines are seen.
start() {
    local name=$1
    shift
    setsid "$slb" "$@" > >(trap '' INT TERM && exec sed -u "s/^/$(printf '%-12s' "$name") | /") 2>&1 &
    pids+=("$!")
}

# shellcheck disable=SC2317 # reached through the traps
stop() {
    trap - EXIT INT TERM
    # The proxy first: it drains while its workers still answer.
    local index
    for ((index = ${#pids[@]} - 1; index >= 0; index--)); do
        kill -TERM "${pids[index]}" 2>/dev/null || true
        wait "${pids[index]}" 2>/dev/null || true
    done
}
trap 'stop; exit 130' INT
trap 'stop; exit 143' TERM
trap stop EXIT

start fast-path worker --type fast-path --port 9003
start high-compute worker --type high-compute --port 9002
start general worker --type general --port 9001
start proxy run "$@"
# `wait -n` may not tell of a process that has ended before it.
status=0
ended=
for pid in "${pids[@]}"; do kill -0 "$pid" 2>/dev/null || ended=$pid; done
if [[ -n $ended ]]; then wait "$ended" || status=$?; else wait -n "${pids[@]}" || status=$?; fi
echo "dev-up: one process ended with status $status; stopping the others" >&2
exit "$((status == 0 ? 1 : status))"
