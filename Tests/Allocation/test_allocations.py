"""No heap allocation per request in steady state: slb runs under a counting malloc, and what its worker
allocates while thousands of requests pass is divided by their number. `thresholds.json` holds the
bounds. With SLB_ALLOCATION_TRACES=N the first N allocations of each measurement show their call stack."""

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Integration"))

from harness.process import Slb, pools  # noqa: E402
from harness.upstream import eventually  # noqa: E402

THRESHOLDS = json.loads((HERE / "thresholds.json").read_text())["allocations_per_request"]
TRACES = int(os.environ.get("SLB_ALLOCATION_TRACES", "0"))
REQUESTS = 20_000
CONNECTIONS = 32
# Enough to fill pools, tables and (with requests that differ) the cache, which is small here.
WARM_UP_REQUESTS = 20_000
CACHE_ENTRIES = 1024
# A machine so busy that it takes longer has no business measuring.
DEADLINE_SECONDS = 60

NGINX = """daemon off; worker_processes 1; pid {dir}/pid; error_log /dev/null crit;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 100000000; client_body_temp_path {dir}/b; proxy_temp_path {dir}/p;
fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;
server {{ listen unix:{dir}/socket; location / {{ default_type application/json; return 200 '{{"ok":true}}'; }} }} }}
"""


class Counts:
    """The shared file of count_malloc.c."""

    HEADER, RECORD, RECORDS = 32, 32, 255

    def __init__(self, path: Path):
        self.path = path
        path.write_bytes(bytes(self.HEADER + self.RECORD * self.RECORDS))

    def of_threads(self, tids: set[int]) -> int:
        data = self.path.read_bytes()
        records = struct.iter_unpack("<QQQQ", data[self.HEADER:])
        return sum(allocations for tid, allocations, _, _ in records if tid in tids)

    def trace(self, count: int) -> None:
        with self.path.open("r+b") as file:
            file.seek(8)
            file.write(struct.pack("<q", count))


def workers(pid: int) -> set[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return {int(task.name) for task in tasks if (task / "comm").read_text().startswith("slb-worker-")}


@pytest.fixture(scope="module")
def counting(tmp_path_factory):
    compiler = shutil.which("cc") or shutil.which("clang")
    assert compiler, "no C compiler"
    library = tmp_path_factory.mktemp("count") / "count_malloc.so"
    subprocess.run([compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-o", library, HERE / "count_malloc.c"], check=True)
    return library


@pytest.fixture(scope="module")
def upstream(tmp_path_factory):
    # A short path: the address of a Unix socket holds 107 bytes.
    folder = tmp_path_factory.mktemp("up")
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o755)
    configuration = folder / "conf"
    configuration.write_text(NGINX.format(dir=folder))
    process = subprocess.Popen(["nginx", "-p", folder, "-c", configuration], stderr=subprocess.DEVNULL)
    eventually((folder / "socket").exists, what="nginx to listen")
    yield f"unix:{folder}/socket"
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="module")
def measured(counting, upstream, tmp_path_factory):
    """slb, its counts and its worker's thread."""
    counts = Counts(tmp_path_factory.mktemp("counts") / "counts")
    environment = {"LD_PRELOAD": str(counting), "COUNT_MALLOC_FILE": str(counts.path)}
    log = tmp_path_factory.mktemp("log") / "access.log"
    configuration = {
        **pools(upstream), "workers": 1, "access_log": {"destination": str(log)},
    }
    journal = tmp_path_factory.mktemp("journal") / "journal.jsonl"
    # All the model's labels, or it would stay out.
    configuration["classifier"] |= {
        "builtin_rules": True, "cache": {"entries": CACHE_ENTRIES}, "journal": {"path": str(journal), "files": 1},
        "labels": {name: "general" for name in ("fast-path", "general", "high-compute")},
    }
    with Slb(configuration, environment=environment) as slb:
        # What listens is announced before the loops start.
        eventually(lambda: workers(slb.pid), 5, "a worker's thread")
        yield slb, counts, workers(slb.pid)


def decided_by_model(slb: Slb) -> float:
    host, port = slb.admin
    with urllib.request.urlopen(f"http://{host}:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines()
               if line.startswith("slb_decisions_total{") and 'source="model"' in line)


def send(slb: Slb, kind: str, atleast: int, first: int) -> int:
    """At least so many requests over keep-alive connections; how many were answered."""
    answered, deadline = 0, time.monotonic() + DEADLINE_SECONDS
    while answered < atleast:
        assert time.monotonic() < deadline, f"only {answered} requests in {DEADLINE_SECONDS} s"
        url = f"http://127.0.0.1:{slb.address[1]}/"
        done = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", "-d1s", "-s", HERE / "load.lua", url, "--", kind, str(first + answered)],
                              capture_output=True, text=True, timeout=DEADLINE_SECONDS, check=True)
        found = re.search(r"answered (\d+) failed (\d+)", done.stdout)
        assert found and int(found[2]) == 0, done.stdout
        answered += int(found[1])
    return answered


@pytest.mark.parametrize("kind", sorted(THRESHOLDS))
def test_no_allocation_per_request(measured, kind):
    slb, counts, tids = measured
    assert len(tids) == 1
    warmed = send(slb, kind, WARM_UP_REQUESTS, 0)
    said = len(slb.lines)
    counts.trace(TRACES)
    before = counts.of_threads(tids)
    answered = send(slb, kind, REQUESTS, 10 * warmed)
    made = counts.of_threads(tids) - before
    counts.trace(0)
    print(f"{kind}: {made} allocations in {answered} requests", *slb.lines[said:], sep="\n")
    if kind == "post-unique":
        assert decided_by_model(slb) >= answered, "the model has to decide, or nothing is shown of it"
    assert made <= THRESHOLDS[kind] * answered, f"{made} allocations in {answered} requests; SLB_ALLOCATION_TRACES=20 shows where"


def test_the_counter_counts(measured):
    slb, counts, tids = measured
    assert counts.of_threads(tids) > 0, "the worker allocated its tables through the counter"
