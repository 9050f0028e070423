#!/usr/bin/env bash
# Asks the Ollama at OLLAMA_BASE_URL to pull OLLAMA_MODEL (or the model given as the argument).
set -euo pipefail

base=${OLLAMA_BASE_URL:-http://localhost:11434}
base=${base%/}
model=${1:-${OLLAMA_MODEL:-mistral}}
if ! command -v python3 >/dev/null; then
    echo "pull-model: needs python3" >&2
    exit 1
fi
exec python3 - "$base" "$model" <<'PYTHON'
"""Pulls one model through Ollama's HTTP API, showing each layer's progress."""
import json
import sys
import urllib.error
import urllib.request

base, model = sys.argv[1:]
# Ollama reports several times a second while it works; silence this long means it hangs.
SILENCE_SECONDS = 300


def fail(message):
    sys.exit(f"pull-model: {message}")


def pull():
    request = urllib.request.Request(
        base + "/api/pull",
        data=json.dumps({"model": model, "stream": True}).encode(),
        headers={"Content-Type": "application/json"},
    )
    finished = False
    with urllib.request.urlopen(request, timeout=SILENCE_SECONDS) as reply:
        shown = ""
        for line in reply:
            event = json.loads(line)
            if "error" in event:
                fail(f"{model}: {event['error']}")
            text = event.get("status", "")
            finished = text == "success"
            total = event.get("total", 0)
            if total:
                percent = 100 * event.get("completed", 0) // total
                # A log file gets every tenth, a terminal each.
                percent = percent if sys.stdout.isatty() else percent // 10 * 10
                text += f" {percent:3d} % of {total / 1e6:.0f} MB"
            if text != shown:
                shown = text
                if sys.stdout.isatty():
                    print(f"\r\033[K{text}", end="", flush=True)
                else:
                    print(text, flush=True)
    if sys.stdout.isatty():
        print()
    return finished


print(f"pulling {model} from {base}", flush=True)
try:
    if not pull():
        fail(f"{base} ended the answer before it said success; run this again to go on")
except urllib.error.HTTPError as error:
    fail(f"{base} answered {error.code}: {error.read(500).decode(errors='replace').strip()}")
except ValueError as error:
    fail(f"{base}: not an answer of Ollama, or not a URL ({error})")
except OSError as error:
    fail(f"cannot reach Ollama at {base}: {getattr(error, 'reason', error)}; is `ollama serve` running?")
except KeyboardInterrupt:
    fail("interrupted; what is pulled so far is kept")
PYTHON
