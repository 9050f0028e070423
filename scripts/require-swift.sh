#!/usr/bin/env bash
# Ends with one clear line unless a Swift toolchain new enough for Package.swift is on the PATH.
set -euo pipefail

need="6.2"
if ! command -v swift >/dev/null; then
    echo "slb: no 'swift' on the PATH; install Swift $need or later: https://www.swift.org/install/linux/" >&2
    exit 1
fi
have=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
if [[ -z $have || $(printf '%s\n' "$need" "$have" | sort -V | head -n 1) != "$need" ]]; then
    echo "slb: found Swift ${have:-of unknown version}, but $need or later is needed" >&2
    exit 1
fi
