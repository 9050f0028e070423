#!/usr/bin/env bash
# Rebuilds the shipped model from config/training, bit for bit, and prints how it scores on services held out whole.
# usage: scripts/train.sh [OUTPUT]     Sources/CModel/model.bin by default; the next build embeds it
set -euo pipefail
cd "$(dirname "$0")/.."
output=${1:-Sources/CModel/model.bin}
[[ -x .build/release/slb ]] || scripts/build-release.sh >&2
.build/release/slb train config/training/*.jsonl --lexicon config/training/lexicon.txt -o "$output"
