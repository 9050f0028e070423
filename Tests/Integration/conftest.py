"""Fixtures shared by every integration test; tests for slb only are skipped for stand-in peers."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from harness.process import PEER, Slb, merged, pools, proxy  # noqa: E402
from harness.upstream import Upstream  # noqa: E402


@pytest.fixture
def upstream():
    with Upstream() as server:
        yield server


@pytest.fixture
def slb(upstream):
    """slb before one echoing upstream."""
    with proxy([upstream.port]) as running:
        yield running


@pytest.fixture
def start_slb():
    """Starts slb with a configuration and given upstream URLs; stops all (exit 0) at the end."""
    if PEER != "slb":
        pytest.skip("only for slb")
    running: list[Slb] = []

    def start(*urls: str, config: dict | None = None, **options) -> Slb:
        running.append(Slb(merged(pools(*urls), config or {}), **options))
        return running[-1]

    yield start
    for process in running:
        process.stop()


@pytest.fixture
def start_upstream():
    running: list[Upstream] = []

    def start(*arguments, **options) -> Upstream:
        running.append(Upstream(*arguments, **options))
        return running[-1]

    yield start
    for server in running:
        server.stop()
