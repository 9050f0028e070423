#!/usr/bin/env bash
# Installs the system packages for one purpose: install-packages.sh {build|run|test|bench}
# The one place that names them. Packages already there are skipped, so a second run is quick and
# works offline.
set -euo pipefail

case "${1:-}" in
build)
    # The libraries the package declares, and what the Swift toolchain needs to compile and link.
    packages=(libcurl4-openssl-dev libssl-dev libnghttp2-dev
        binutils ca-certificates g++ git libc6-dev libncurses-dev libsqlite3-dev libxml2-dev
        pkg-config tzdata zlib1g-dev)
    ;;
# What the finished binary needs beside glibc and libstdc++: HTTPS to a language model.
run) packages=(ca-certificates libcurl4) ;;
test) packages=(curl nghttp2-client nginx procps python3 python3-venv shellcheck wrk) ;;
bench) packages=(haproxy nginx procps python3 python3-venv wrk) ;;
*)
    echo "usage: $0 {build|run|test|bench}" >&2
    exit 64
    ;;
esac

missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f='${db:Status-Abbrev}\n' "$package" 2>/dev/null | grep -q '^ii' ||
        missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then exit 0; fi

if ! command -v apt-get >/dev/null; then
    echo "install-packages: no apt-get here; install the equivalents of: ${missing[*]}" >&2
    exit 1
fi
as_root=()
if [[ $(id -u) -ne 0 ]]; then
    if ! command -v sudo >/dev/null; then
        echo "install-packages: needs root or sudo for: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi

# The tests start their own nginx and haproxy; the packages must not start theirs on port 80.
policy=${SLB_POLICY_RC_D:-/usr/sbin/policy-rc.d}
if [[ ! -e $policy ]]; then
    trap '"${as_root[@]}" rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod +x "$policy"
fi

echo "installing: ${missing[*]}"
"${as_root[@]}" apt-get update -qq </dev/null
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null
