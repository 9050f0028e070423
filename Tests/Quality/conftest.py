"""What the quality gate shares: the built slb, the corpus, the goals."""
import json
import os
import pathlib
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TIMEOUT_SECONDS = 300


@pytest.fixture(scope="session")
def goals():
    return json.loads((HERE / "goals.json").read_text())


@pytest.fixture(scope="session")
def corpus():
    """The committed files; one that is empty holds a place."""
    files = [path for path in sorted((ROOT / "config" / "training").glob("*.jsonl")) if path.stat().st_size]
    assert files, "config/training holds no corpus"
    return files


@pytest.fixture(scope="session")
def slb():
    """Runs the release slb; a debug one takes minutes to train."""
    binary = pathlib.Path(os.environ.get("SLB_BINARY") or ROOT / ".build" / "release" / "slb")
    if not binary.exists():
        pytest.skip(f"no {binary}: scripts/build-release.sh")

    def run(*arguments, stdin=None):
        return subprocess.run([binary, *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=TIMEOUT_SECONDS,
                              stdin=subprocess.DEVNULL if stdin is None else None, cwd=ROOT)

    return run
