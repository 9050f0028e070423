"""The language model's stage in the proxy: modes, caches, singleflight, privacy, drains. The server is
a fake with Ollama's API; how it misbehaves under load is in test_llm_load.py."""

import json
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.client import Client, fetch, get, post
from harness.process import PEER, merged
from harness.upstream import eventually
from ollama import FakeOllama
from test_admin import scrape, total

pytestmark = pytest.mark.skipif(PEER != "slb", reason="only for slb")

JSON = "Content-Type: application/json"


def stage(url: str, classifier: dict | None = None, **llm) -> dict:
    """Three labels, one pool; no rule and no model is ever sure of anything."""
    own = {"labels": {name: "general" for name in ("fast-path", "high-compute", "general")},
           "default_label": "general", "model": {"path": "none"}, "llm": {"url": url, **llm}}
    return {"classifier": merged(own, classifier or {})}


def ask(slb, body: object, path: str = "/v1/work", *fields: str):
    return fetch(slb.address, post(path, json.dumps(body).encode(), JSON, *fields))


def verdict(response) -> tuple[str, str]:
    assert response.status == 200, response
    return response.one(b"x-route-label").decode(), response.one(b"x-route-source").decode()


def until_ready(slb):
    eventually(lambda: total(scrape(slb), "slb_llm_ready") == 1, 10, "the language model to be ready")
    return slb


@pytest.fixture
def llm():
    with FakeOllama(label="high-compute") as fake:
        yield fake


def test_a_background_verdict_serves_the_next_request(start_slb, upstream, llm):
    slb = until_ready(start_slb(upstream.url, config=stage(llm.url)))
    assert verdict(ask(slb, {"q": "sum it all"})) == ("general", "default")
    eventually(lambda: verdict(ask(slb, {"q": "sum it all"})) == ("high-compute", "cache"), 5, "the verdict")
    assert len(llm.questions) == 1
    samples = scrape(slb)
    assert total(samples, "slb_llm_requests_total", outcome="ok") == 1
    assert total(samples, "slb_llm_request_duration_seconds_count") == 1
    assert total(samples, "slb_llm_bytes_sent_total") > 500
    assert total(samples, "slb_llm_breaker_state", state="admitting") == 1
    assert total(samples, "slb_llm_queue_depth") == total(samples, "slb_llm_in_flight") == 0


def test_one_answer_serves_the_siblings(start_slb, upstream, llm):
    slb = until_ready(start_slb(upstream.url, config=stage(llm.url, mode="wait", deadline="5s")))
    assert verdict(ask(slb, {"id": 17, "q": "sum it all"}, "/v1/work/17")) == ("high-compute", "llm")
    for number in range(40, 50):
        sibling = ask(slb, {"id": number, "q": "sum it all"}, f"/v1/work/{number}")
        assert verdict(sibling) == ("high-compute", "cache")
    assert len(llm.questions) == 1
    assert verdict(ask(slb, {"id": 17, "q": "another thing"}, "/v1/work/17")) == ("high-compute", "llm")
    assert len(llm.questions) == 2
    assert total(scrape(slb), "slb_shape_cache_hits_total") == 10


def test_who_waits_waits_no_longer_than_the_deadline(start_slb, upstream, llm):
    llm.behaviour, llm.delay = "slow", 1.0
    slb = until_ready(start_slb(upstream.url, config=stage(llm.url, mode="wait", deadline="200ms")))
    began = time.monotonic()
    assert verdict(ask(slb, {"q": "sum"})) == ("general", "default")
    assert 0.19 < time.monotonic() - began < 0.8
    # The answer comes all the same, for those who come later.
    eventually(lambda: verdict(ask(slb, {"q": "sum"}))[0] == "high-compute", 5, "the late verdict")
    assert len(llm.questions) == 1


def test_equal_questions_are_one(start_slb, upstream, llm):
    llm.behaviour, llm.delay = "slow", 1.0
    slb = until_ready(start_slb(upstream.url, config=stage(llm.url, mode="wait", deadline="10s")))
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda number: verdict(ask(slb, {"id": number, "q": "sum"})), range(20, 40)))
    assert set(answers) == {("high-compute", "llm")}
    assert len(llm.questions) == 1
    samples = scrape(slb)
    assert total(samples, "slb_llm_singleflight_joined_total") == 19
    assert total(samples, "slb_llm_requests_total", outcome="ok") == 1


def test_the_queue_is_bounded(start_slb, upstream, llm):
    llm.behaviour, llm.delay = "slow", 1.5
    slb = until_ready(start_slb(upstream.url, config=stage(llm.url, max_in_flight=1, queue=2)))
    prompts = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"]
    for prompt in prompts:
        assert verdict(ask(slb, {"q": prompt})) == ("general", "default")
        time.sleep(0.02)
    assert total(scrape(slb), "slb_llm_requests_total", outcome="queue_full") == len(prompts) - 3
    eventually(lambda: total(scrape(slb), "slb_llm_requests_total", outcome="ok") == 3, 15, "the queue to be served")
    assert llm.most_in_flight == 1 and len(llm.questions) == 3


def test_rules_clients_and_labels_say_no(start_slb, upstream, llm):
    rules = [
        {"name": "private", "match": {"path": "/private/*"}, "llm": "off"},
        {"name": "ping", "match": {"path": "/ping"}, "label": "fast-path"},
    ]
    config = stage(llm.url, {"rules": rules}, mode="off", modes={"general": "wait"}, deadline="5s")
    slb = until_ready(start_slb(upstream.url, config=config))
    assert verdict(ask(slb, {"q": "a"}, "/private/a")) == ("general", "default")
    assert verdict(fetch(slb.address, get("/ping"))) == ("fast-path", "rule")
    assert verdict(ask(slb, {"q": "b"}, "/b", "X-Route-No-Inspect: 1")) == ("general", "default")
    assert llm.questions == []
    # The header is the upstream's business too, and asks for nothing with these values.
    assert upstream.requests[-1].get(b"x-route-no-inspect") == [b"1"]
    assert verdict(ask(slb, {"q": "b"}, "/b", "X-Route-No-Inspect: false")) == ("high-compute", "llm")
    assert len(llm.questions) == 1


def test_no_secret_leaves(start_slb, upstream, llm):
    slb = until_ready(start_slb(upstream.url, config=stage(llm.url, mode="wait", deadline="5s")))
    body = {"q": "translate this", "password": "hunter2-and-more", "mail": "jo.doe@example.org",
            "card": "4111 1111 1111 1111", "key": "sk-abcdefghijklmnopqrstuvwxyz012345"}
    ask(slb, body, "/v1/work?token=s3cr3tt0k3nvalue", "Authorization: Bearer headersecret", "Cookie: a=cookiesecret")
    text = llm.questions[0]
    assert "translate this" in text and "/v1/work" in text
    for secret in ("hunter2", "jo.doe", "4111", "sk-abc", "s3cr3t", "headersecret", "cookiesecret"):
        assert secret not in text, text


def test_a_body_streams_on_after_the_wait(start_slb, upstream, llm):
    llm.behaviour, llm.delay = "slow", 0.4
    slb = until_ready(start_slb(upstream.url, config=stage(llm.url, mode="wait", deadline="10s")))
    body = b"word and word, " * 40_000
    request = post("/big", body, "Content-Type: text/plain")
    # What is pipelined behind it waits, too, and is answered in order.
    with Client(slb.address) as client:
        threading.Thread(target=client.send, args=(request, get("/next")), daemon=True).start()
        first, second = client.response(b"POST"), client.response()
    assert verdict(first) == ("high-compute", "llm") and first.body == b"echo:/big"
    assert second.body == b"echo:/next"
    assert next(r for r in upstream.requests if r.target == b"/big").body == body


def test_a_late_answer_is_nobody_elses(start_slb, upstream, llm):
    llm.behaviour, llm.delay, llm.table = "slow", 0.6, {"first": "fast-path", "second": "high-compute"}
    config = merged(stage(llm.url, mode="wait", deadline="10s"), {"workers": 1})
    slb = until_ready(start_slb(upstream.url, config=config))
    gone = Client(slb.address)
    gone.send(post("/x", b'{"q":"first"}', JSON))
    eventually(lambda: len(llm.questions) == 1, 5, "the first question")
    time.sleep(0.3)
    gone.reset()
    # It gets the place of the one that has gone, and its answer comes later.
    assert verdict(ask(slb, {"q": "second"})) == ("high-compute", "llm")
    assert verdict(ask(slb, {"q": "first"}, "/x")) == ("fast-path", "cache")


def test_a_drain_waits_for_no_opinion(start_slb, upstream, llm):
    config = stage(llm.url, mode="wait", deadline="60s")
    slb = until_ready(start_slb(upstream.url, config=config))
    llm.behaviour = "hang"
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(ask, slb, {"q": word}) for word in ("a", "b", "c", "d", "e", "f", "g", "h")]
        eventually(lambda: total(scrape(slb), "slb_llm_in_flight") == 2, 5, "questions in flight")
        time.sleep(0.2)
        began = time.monotonic()
        slb.signal(signal.SIGTERM)
        assert all(verdict(one.result(10)) == ("general", "default") for one in waiting)
        assert slb.wait() == 0
        assert time.monotonic() - began < 5


def test_a_stop_cuts_off_questions(start_slb, upstream, llm):
    config = merged(stage(llm.url, mode="wait", deadline="60s"), {"timeouts": {"drain": "0s"}})
    slb = until_ready(start_slb(upstream.url, config=config))
    llm.behaviour = "hang"
    with Client(slb.address) as client:
        client.send(post("/x", b'{"q":"first"}', JSON))
        eventually(lambda: len(llm.questions) == 1, 5, "the question")
        slb.signal(signal.SIGTERM)
        assert slb.wait() == 0


def test_a_server_that_is_not_there_costs_nothing(start_slb, upstream):
    fake = FakeOllama()
    fake.server.server_close()
    slb = start_slb(upstream.url, config=stage(fake.url, mode="wait", deadline="10s"))
    began = time.monotonic()
    for number in range(20):
        assert verdict(ask(slb, {"q": f"n{number}"})) == ("general", "default")
    assert time.monotonic() - began < 5
    samples = scrape(slb)
    assert total(samples, "slb_llm_ready") == 0
    assert total(samples, "slb_llm_requests_total", outcome="not_ready") == 20
    eventually(lambda: any("cannot be used" in line for line in slb.lines), 5, "a word in the log")


def test_a_missing_model_is_named_in_the_log(start_slb, upstream, llm):
    slb = start_slb(upstream.url, config=stage(llm.url, model="absent"))
    eventually(lambda: any("ollama pull absent" in line for line in slb.lines), 5, "a word in the log")
    assert verdict(ask(slb, {"q": "x"})) == ("general", "default")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    place = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", place / "key.pem", "-out", place / "cert.pem"],
        check=True, capture_output=True)
    return place


def test_https_and_a_token(start_slb, upstream, certificate):
    token = certificate / "token"
    token.write_text("s3cret-token\n")
    with FakeOllama(label="high-compute", token="s3cret-token", certificate=certificate / "cert.pem",
                    key=certificate / "key.pem") as fake:
        reached = {"mode": "wait", "deadline": "5s", "ca": str(certificate / "cert.pem")}
        slb = until_ready(start_slb(upstream.url, config=stage(fake.url, token_file=str(token), **reached)))
        assert verdict(ask(slb, {"q": "x"})) == ("high-compute", "llm")
        slb = until_ready(start_slb(upstream.url, config=stage(fake.url, token="s3cret-token", **reached)))
        assert b"s3cret" not in fetch(slb.admin, get("/config")).body
        for name, config in {"untrusted": stage(fake.url, token="s3cret-token"),
                             "no token": stage(fake.url, **reached)}.items():
            slb = start_slb(upstream.url, config=config)
            eventually(lambda slb=slb: any("cannot be used" in line for line in slb.lines), 5, name)
            assert verdict(ask(slb, {"q": "x"})) == ("general", "default")


def test_the_model_in_the_process_is_counted(start_slb, upstream, llm):
    config = stage(llm.url, {"model": {"path": "builtin", "min_confidence": 1.0}, "builtin_rules": False},
                   mode="wait", deadline="5s")
    slb = until_ready(start_slb(upstream.url, config=config))
    assert verdict(ask(slb, {"q": "sum it all"}))[1] == "llm"
    samples = scrape(slb)
    assert total(samples, "slb_model_confidence_ratio_count") == 1
    assert total(samples, "slb_model_unknown_words_ratio_count") == 1
    assert 0.99 < total(samples, "slb_model_training_mix_ratio") < 1.01
    assert total(samples, "slb_model_info", path="builtin") == 1


@pytest.mark.parametrize("accept", ["text/plain", "application/openmetrics-text; version=1.0.0"])
def test_the_metrics_page_is_sound(start_slb, upstream, llm, accept):
    slb = until_ready(start_slb(upstream.url, config=stage(llm.url, {"model": {"path": "auto", "min_confidence": 1.0}})))
    ask(slb, {"q": "sum it all"})
    eventually(lambda: total(scrape(slb), "slb_llm_requests_total", outcome="ok") == 1, 5, "the answer")
    page = fetch(slb.admin, get("/metrics", f"Accept: {accept}")).body
    checker = Path(__file__).with_name("check_exposition.py")
    names = ["slb_llm_requests_total", "slb_llm_bytes_sent_total", "slb_llm_singleflight_joined_total", "slb_llm_ready",
             "slb_llm_breaker_state", "slb_llm_request_duration_seconds_bucket", "slb_shape_cache_misses_total",
             "slb_model_confidence_ratio_bucket", "slb_model_unknown_words_ratio_sum", "slb_model_info"]
    options = ["--openmetrics"] if "openmetrics" in accept else []
    done = subprocess.run([sys.executable, checker, *options, *names], input=page, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
