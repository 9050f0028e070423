#!/usr/bin/env bash
# How good the classifier is beside a keyword list and TF-IDF with logistic regression, on the same services
# held out whole, and on a development set that nothing was trained on.
# usage: scripts/evaluate.sh [--short] [--data FILE]      --short: slb alone, in seconds
set -euo pipefail
cd "$(dirname "$0")/.."
[[ -x .build/release/slb ]] || scripts/build-release.sh >&2
scripts/install-python-tools.sh
case " $* " in
*" --short "*) ;;
*) .venv/bin/python -c 'import sklearn' 2>/dev/null ||
    .venv/bin/pip install -q --disable-pip-version-check -r scripts/evaluate.d/requirements.txt ;;
esac
exec .venv/bin/python scripts/evaluate.d/evaluate.py "$@"
