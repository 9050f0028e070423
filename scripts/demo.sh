#!/usr/bin/env bash
# The first command of a newcomer: installs what is missing, builds, runs `slb demo`.
# Arguments go to `slb demo`, for example --no-traffic.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/build-release.sh
exec .build/release/slb demo "$@"
