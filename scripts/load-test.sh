#!/usr/bin/env bash
# Sends config/load-test.jsonl through a running slb and prints, per label, how many requests went
# where: load-test.sh [URL] [--requests N] [--concurrency N]. Ends with 1 on a misroute or failure.
set -euo pipefail

if ! command -v python3 >/dev/null; then
    echo "load-test: needs python3" >&2
    exit 1
fi
exec python3 "$(dirname "$0")/load_test.py" "$@"
