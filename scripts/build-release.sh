#!/usr/bin/env bash
# Builds .build/release/slb: one binary with the Swift runtime inside. Every script and the image
# build through here, so that they share flags (and so the build cache).
# Arguments go to `swift build`.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/require-swift.sh
scripts/install-packages.sh build
exec swift build -c release --product slb --static-swift-stdlib "$@"
