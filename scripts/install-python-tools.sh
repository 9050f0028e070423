#!/usr/bin/env bash
# Makes .venv with the Python packages of the tests (Tests/requirements.txt). Without a change there,
# a second run does nothing and works offline.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.venv
# Written last, so that a broken install is done again.
stamp=$venv/requirements.stamp
if cmp -s Tests/requirements.txt "$stamp"; then exit 0; fi
python3 -m venv --clear "$venv"
"$venv/bin/pip" install -q --disable-pip-version-check -r Tests/requirements.txt
cp Tests/requirements.txt "$stamp"
