"""200 requests a second through each way a language model can misbehave: none fails, none waits beyond
its deadline, and the rest of the traffic does not notice. A second slb without a language model gets
the same traffic at the same time, so that what the machine does to both is no difference."""

import json
import re
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from harness.client import get, post
from harness.pace import drive, percentile
from harness.process import PEER, slb_binary
from harness.upstream import eventually
from test_admin import scrape, total
from test_llm import JSON, stage, until_ready

pytestmark = pytest.mark.skipif(PEER != "slb", reason="only for slb")

RATE = 200
SECONDS = 4
DEADLINE_MS = 200
# The loop's timer is exact to 8 ms; the rest is what a busy machine may add to any one request.
SLACK_SECONDS = 0.1
# What the tail of the other traffic may differ by, either way, on a machine with other work.
P99_SLACK_SECONDS = 0.01


class OllamaProcess:
    """The fake server as a process of its own: it shares no interpreter with the client."""

    def __init__(self, *arguments: str):
        script = Path(__file__).with_name("ollama.py")
        self.process = subprocess.Popen([sys.executable, str(script), *arguments], stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"

    def become(self, **attributes) -> None:
        request = urllib.request.Request(f"{self.url}/fake", json.dumps(attributes).encode())
        urllib.request.urlopen(request, timeout=10).read()

    def unplug(self) -> None:
        self.process.kill()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture
def ollama():
    running = OllamaProcess("--label", "high-compute")
    yield running
    if running.process.poll() is None:
        running.unplug()


@pytest.fixture(scope="module")
def worker():
    """An upstream that answers at once, in a process of its own."""
    process = subprocess.Popen([slb_binary(), "worker", "--type", "fast-path", "--port", "0", "--latency", "0ms"],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    found = None
    while not found:
        line = process.stdout.readline().decode()
        assert line, "the worker did not start"
        found = re.search(r" on \S+:(\d+)", line)
    yield f"http://127.0.0.1:{found[1]}"
    process.terminate()
    process.wait(10)
    process.stdout.close()


def start_both(start_slb, worker: str, ollama, **llm):
    rules = {"rules": [{"name": "ping", "match": {"path": "/ping*"}, "label": "fast-path"}]}
    reached = {"deadline": f"{DEADLINE_MS}ms", "answer_timeout": "1s", **llm}
    with_llm = until_ready(start_slb(worker, config=stage(ollama.url, rules, **reached)))
    without = start_slb(worker, config=stage(ollama.url, rules, enabled=False))
    return with_llm, without


def plan(seconds: float = SECONDS) -> list[tuple[float, str, bytes]]:
    """Every other request is one that nobody has seen and nobody is sure of."""
    entries = []
    for number in range(int(RATE * seconds)):
        word = "".join(chr(97 + int(digit)) for digit in str(number))
        unsure = post(f"/v1/{word}", json.dumps({"q": f"what about {word} then"}).encode(), JSON)
        entries.append((number / RATE, "unsure", unsure) if number % 2 else (number / RATE, "ping", get("/ping")))
    return entries


def check(with_llm: list, without: list, waits: bool) -> None:
    for results in (with_llm, without):
        failures = [r for r in results if r.status != 200]
        assert not failures, failures[:5]
    assert all(b"x-route-source: rule" in r.head or b"x-route-source: cache" in r.head
               for r in with_llm if r.kind == "ping")
    slowest = max(r.seconds for r in with_llm if r.kind == "unsure")
    common = max(r.seconds for r in without)
    deadline = DEADLINE_MS / 1000 if waits else 0
    assert slowest < deadline + common + SLACK_SECONDS, (slowest, common)
    theirs, ours = percentile(without, "ping", 0.99), percentile(with_llm, "ping", 0.99)
    assert ours < theirs * 1.5 + P99_SLACK_SECONDS, (ours, theirs)


def sources(results: list) -> dict[str, int]:
    found: dict[str, int] = {}
    for result in results:
        if result.kind == "unsure":
            source = re.search(rb"x-route-source: (\S+)", result.head)[1].decode()
            found[source] = found.get(source, 0) + 1
    return found


def every_question_has_ended(slb, asked: int) -> dict:
    """Each request in doubt is counted once: asked, joined or refused."""
    def counted() -> bool:
        samples = scrape(slb)
        return total(samples, "slb_llm_requests_total") + total(samples, "slb_llm_singleflight_joined_total") == asked
    eventually(counted, 15, "every question to end")
    samples = scrape(slb)
    assert total(samples, "slb_llm_in_flight") == total(samples, "slb_llm_queue_depth") == 0
    return samples


BEHAVIOURS = [
    ("ok", "ok"), ("hang", "timeout"), ("slow", "timeout"), ("500", "http_error"), ("503", "busy"),
    ("garbage", "malformed"), ("half_answer", "closed"), ("wrong_label", "wrong_label"),
    ("early_close", "closed"), ("huge", "too_large"), ("not_json", "malformed"), ("empty", "malformed"),
    ("redirect", "http_error"), ("model_missing", "model_missing"),
]


@pytest.mark.parametrize("mode", ["wait", "background"])
@pytest.mark.parametrize("behaviour,outcome", BEHAVIOURS, ids=[name for name, _ in BEHAVIOURS])
def test_misbehaviour_is_nobodys_business(start_slb, worker, ollama, behaviour, outcome, mode):
    # The breaker stays out of it: each question meets the misbehaviour.
    slb, plain = start_both(start_slb, worker, ollama, mode=mode, breaker={"failures": 1000})
    ollama.become(behaviour=behaviour, delay=2.0 if behaviour == "slow" else 0.0)
    with_llm, without = drive({slb.address: plan(), plain.address: plan()})
    check(with_llm, without, waits=mode == "wait")
    samples = every_question_has_ended(slb, RATE * SECONDS // 2)
    assert total(samples, "slb_llm_requests_total", outcome=outcome) > 0
    if behaviour == "ok":
        assert sources(with_llm).get("llm", 0) > 0 or mode == "background"
    else:
        assert total(samples, "slb_llm_requests_total", outcome="ok") == 0
        assert set(sources(with_llm)) == {"default"}
        assert total(samples, "slb_shape_cache_entries") == 0


def test_the_breaker_opens_and_closes(start_slb, worker, ollama):
    slb, plain = start_both(start_slb, worker, ollama, mode="wait", breaker={"failures": 3, "pause": "300ms"})
    ollama.become(behaviour="500")
    with_llm, without = drive({slb.address: plan(2), plain.address: plan(2)})
    check(with_llm, without, waits=True)
    samples = every_question_has_ended(slb, RATE * 2 // 2)
    # Three, those that were on their way, and a probe now and then.
    assert 3 <= total(samples, "slb_llm_requests_total", outcome="http_error") < 20
    assert total(samples, "slb_llm_requests_total", outcome="breaker_open") > RATE * 2 // 4
    assert total(samples, "slb_llm_breaker_state", state="admitting") == 0
    ollama.become(behaviour="ok")

    def answered() -> bool:
        drive({slb.address: [(0, "unsure", post("/again", b'{"q":"are you well"}', JSON))]})
        return total(scrape(slb), "slb_llm_breaker_state", state="admitting") == 1
    eventually(answered, 20, "the breaker to close")


@pytest.mark.parametrize("mode", ["wait", "background"])
def test_unplugging_in_mid_flight(start_slb, worker, ollama, mode):
    slb, plain = start_both(start_slb, worker, ollama, mode=mode)
    ollama.become(delay=0.05)
    threading.Timer(SECONDS / 2, ollama.unplug).start()
    with_llm, without = drive({slb.address: plan(), plain.address: plan()})
    check(with_llm, without, waits=mode == "wait")
    samples = every_question_has_ended(slb, RATE * SECONDS // 2)
    assert total(samples, "slb_llm_requests_total", outcome="ok") > 0
    answered = total(samples, "slb_shape_cache_entries")
    assert answered > 0
    # What it said before serves on without it: the very first was surely answered.
    again = drive({slb.address: [entry for entry in plan() if entry[1] == "unsure"][:1]})[0]
    assert again[0].status == 200 and b"x-route-label: high-compute" in again[0].head
